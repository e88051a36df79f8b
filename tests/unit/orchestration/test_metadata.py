"""What Dagster shows about frames: escaped previews, counts, versions by content."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.schemas import FRAMES, polars_schema
from orchestration.metadata import (
    column_schema,
    content_version,
    counts_table,
    escape_cell,
    frame_metadata,
    markdown_table,
    preview,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (5, "5"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a|b\nc", "a&#124;b c"),
        ("![x](http://a)", "&#33;&#91;x&#93;(http://a)"),
        ("字" * 70, "字" * 60 + "…"),
    ],
)
def test_text_of_pages_is_escaped_and_cut(value: object, shown: str) -> None:
    assert escape_cell(value) == shown


def test_a_table_has_a_head_and_a_line_per_row() -> None:
    assert markdown_table(["a", "b"], [(1, None), ("x", "|")]) == "| a | b |\n| --- | --- |\n| 1 |  |\n| x | &#124; |"


def test_a_preview_leaves_lists_out_and_is_short() -> None:
    frame = pl.DataFrame({"a": list(range(20)), "b": [[1]] * 20})
    lines = str(preview(frame).value).splitlines()
    assert lines[0] == "| a |"
    assert len(lines) == 2 + 8


def test_metadata_holds_the_row_count_under_dagsters_name() -> None:
    assert frame_metadata(pl.DataFrame({"a": [1, 2]}))["dagster/row_count"].value == 2


def test_counts_are_sorted_by_frequency() -> None:
    frame = pl.DataFrame({"check": ["x", "y", "y"]})
    assert str(counts_table(frame, ["check"]).value).splitlines()[2:] == ["| y | 2 |", "| x | 1 |"]


@pytest.mark.parametrize("name", FRAMES)
def test_the_column_schema_names_every_column(name: str) -> None:
    assert [column.name for column in column_schema(name).columns] == list(polars_schema(FRAMES[name]))


def test_a_version_changes_with_what_the_rows_say_only() -> None:
    one = pl.DataFrame({"url": ["a", "b"], "checked_at": [1, 1]})
    checked_again = pl.DataFrame({"url": ["b", "a"], "checked_at": [2, 2]})
    changed = pl.DataFrame({"url": ["a", "c"], "checked_at": [1, 1]})
    refused = pl.DataFrame({"reason": ["gone"]})
    assert content_version(one) == content_version(checked_again)
    assert content_version(one) != content_version(changed)
    assert content_version(one, refused) != content_version(one, refused.clear())
