"""split_valid: good rows on one side, on the other one row per broken check with key, value and reason."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.schemas import Claims, PageRefs, Quarantine, Regions, polars_schema, typed_frame
from ingest.validate import FrameShapeError, find_failures, split_valid

SITE = "http://sample.localhost"


def ref(url: str, **changes: object) -> dict[str, object]:
    """A valid row of page_refs, but for `changes`."""
    row: dict[str, object] = {
        "source_id": "a",
        "url": url,
        "volume_year": 2018,
        "category": None,
        "title": None,
        "discovered_from": SITE,
    }
    return row | changes


def claim(claim_id: str, **changes: object) -> dict[str, object]:
    """A valid unmapped claim, but for `changes`."""
    row: dict[str, object] = dict.fromkeys(polars_schema(Claims), None) | {
        "claim_id": claim_id * 16,
        "source_id": "a",
        "page_id": "p",
        "url": f"{SITE}/1",
        "body_sha256": "0" * 64,
        "section": "",
        "char_start": 0,
        "char_end": 3,
        "raw_span": "300",
        "sentence": "300",
        "obs_value": 300.0,
        "qualifier": "EQ",
        "unit_raw": "",
        "breakdown": "",
        "period_type": "year",
        "year_basis": "clause",
        "region_basis": "page",
        "reporting_scope": "unknown",
        "change_kind": "level",
        "is_floor_language": False,
        "is_target": False,
        "extractor_version": "1",
        "rule": "r",
        "phrase": "",
    }
    return row | changes


def split_refs(*rows: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return split_valid(PageRefs, typed_frame(PageRefs, list(rows)), stage="crawl", source_id="a", key_column="url")


def split_claims(*rows: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = typed_frame(Claims, list(rows))
    return split_valid(Claims, frame, stage="validate", source_id="a", key_column="claim_id")


def told(quarantine: pl.DataFrame) -> list[tuple[object, ...]]:
    return quarantine.select("key", "column", "check", "value", "reason").rows()


def test_a_valid_frame_is_returned_as_it_is_with_a_typed_empty_quarantine() -> None:
    good, quarantine = split_refs(ref(f"{SITE}/1"), ref(f"{SITE}/2"))
    assert good.height == 2
    assert quarantine.is_empty()
    assert dict(quarantine.schema) == polars_schema(Quarantine)


def test_an_empty_frame_is_valid() -> None:
    good, quarantine = split_refs()
    assert (good.height, quarantine.height) == (0, 0)


def test_a_bad_cell_is_quarantined_and_its_neighbours_stay_in_order() -> None:
    good, quarantine = split_refs(
        ref(f"{SITE}/1"), ref("ftp://x/2"), ref(f"{SITE}/3", volume_year=3018), ref(f"{SITE}/4")
    )
    assert good["url"].to_list() == [f"{SITE}/1", f"{SITE}/4"]
    pattern = "str_matches('^(https?|file)://')"
    limit = "less_than_or_equal_to(2100)"
    assert told(quarantine) == [
        ("ftp://x/2", "url", pattern, "ftp://x/2", f"url = ftp://x/2 breaks {pattern}"),
        (f"{SITE}/3", "volume_year", limit, "3018", f"volume_year = 3018 breaks {limit}"),
    ]
    assert quarantine.select("source_id", "stage").unique().rows() == [("a", "crawl")]
    assert quarantine["url"].to_list() == ["ftp://x/2", f"{SITE}/3"]
    assert find_failures(Quarantine, quarantine) == []


def test_a_missing_value_is_named() -> None:
    good, quarantine = split_refs(ref(f"{SITE}/1", discovered_from=None))
    assert good.is_empty()
    assert told(quarantine) == [(f"{SITE}/1", "discovered_from", "not_nullable", None, "discovered_from is empty")]


def test_a_row_without_a_key_is_named_by_its_place() -> None:
    _, quarantine = split_refs(ref(f"{SITE}/1"), ref(f"{SITE}/2") | {"url": None})
    assert quarantine["key"].to_list() == ["row 1"]


def test_a_row_with_two_faults_gives_two_quarantine_rows() -> None:
    good, quarantine = split_refs(ref("ftp://x/1", volume_year=1))
    assert good.is_empty()
    assert quarantine["column"].to_list() == ["volume_year", "url"]


def test_of_repeated_keys_the_first_row_stays() -> None:
    good, quarantine = split_claims(claim("1", raw_span="first"), claim("1", raw_span="second"), claim("2"))
    assert good["raw_span"].to_list() == ["first", "300"]
    assert quarantine["check"].to_list() == ["field_uniqueness"]
    assert quarantine["reason"].to_list() == ["repeats the key of an earlier row of Claims"]


def test_a_faulty_row_does_not_hold_a_key() -> None:
    good, quarantine = split_claims(claim("1", qualifier="??"), claim("1", raw_span="second"))
    assert good["raw_span"].to_list() == ["second"]
    assert set(quarantine["check"]) == {"field_uniqueness", next(c for c in quarantine["check"] if "isin" in c)}


def test_a_key_of_several_columns_is_judged_as_a_whole() -> None:
    good, quarantine = split_refs(ref(f"{SITE}/1"), ref(f"{SITE}/1", source_id="b"), ref(f"{SITE}/1", volume_year=2019))
    assert good.select("source_id", "volume_year").rows() == [("a", 2018), ("b", 2018)]
    assert quarantine["check"].to_list() == ["multiple_fields_uniqueness"]


@pytest.mark.parametrize(
    ("changes", "check", "sentence"),
    [
        ({"char_start": 9}, "span_runs_forward", "A claim's span is not empty."),
        (
            {"value_low": 400.0},
            "value_inside_interval",
            "low <= value <= high wherever they are given.",
        ),
        (
            {"statistic": "rate", "unit_code": "percent"},
            "share_is_at_most_hundred",
            "A rate's level lies between 0 and 100 percent.",
        ),
        (
            {"metric_code": "union_members"},
            "mapped_claim_has_region_and_year",
            "A claim mapped to a metric names its region and year; else it is not citable.",
        ),
    ],
)
def test_a_rule_over_several_columns_gives_its_own_sentence(
    changes: dict[str, object], check: str, sentence: str
) -> None:
    good, quarantine = split_claims(claim("1"), claim("2", **changes))
    assert good["claim_id"].to_list() == ["1" * 16]
    assert told(quarantine)[0][1:3] == (None, check)
    assert quarantine["reason"].to_list() == [f"breaks the rule: {sentence}"]
    assert quarantine["key"].to_list() == ["2" * 16]


def test_nothing_is_lost() -> None:
    rows = [claim(digit, char_start=3 if digit in "27a" else 0) for digit in "0123456789abcdef"]
    good, quarantine = split_claims(*rows)
    assert set(good["claim_id"]) | set(quarantine["key"]) == {digit * 16 for digit in "0123456789abcdef"}
    assert quarantine.height == 3


def test_a_long_value_is_cut() -> None:
    _, quarantine = split_refs(ref("ftp://" + "x" * 1000))
    assert len(quarantine["value"][0]) == 300


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pl.DataFrame(schema=polars_schema(PageRefs)).drop("title"), "column title is missing"),
        (pl.DataFrame(schema=polars_schema(PageRefs) | {"extra": pl.Int64()}), "column extra is not known"),
        (
            pl.DataFrame(schema=polars_schema(PageRefs) | {"volume_year": pl.String()}),
            "column volume_year is String, not dtype('Int64')",
        ),
    ],
)
def test_a_frame_of_another_shape_is_an_error_of_the_code(frame: pl.DataFrame, sentence: str) -> None:
    with pytest.raises(FrameShapeError, match="not a PageRefs frame") as caught:
        split_valid(PageRefs, frame, stage="crawl", source_id="a", key_column="url")
    assert sentence in str(caught.value)


def test_a_frame_without_a_url_column_leaves_the_url_empty() -> None:
    row: dict[str, object] = dict.fromkeys(polars_schema(Regions), None) | {
        "region_id": "r",
        "ref_area": "15",
        "name": "n",
        "short_name": "n",
        "pinyin": "n",
        "level": "province",
        "valid_from": 1980,
    }
    good, quarantine = split_valid(
        Regions, typed_frame(Regions, [row]), stage="validate", source_id="_", key_column="region_id"
    )
    assert good.is_empty()
    assert quarantine.select("key", "url", "value").rows() == [("r", None, "15")]
