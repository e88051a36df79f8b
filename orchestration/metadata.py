"""What is shown about a frame in Dagster: row counts, column schema, a small preview, a version by content.

Belongs here: turning frames into Dagster metadata. All text of pages is escaped, since the Dagster UI
renders markdown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import dagster as dg
import polars as pl

from ingest.schemas import FRAMES

PREVIEW_ROWS = 8
LONGEST_CELL = 60
# Times and places in the archive that change at every check, though nothing was said anew.
VOLATILE_COLUMNS = frozenset({"checked_at", "fetched_at", "requested_at", "elapsed_ms", "attempts"})
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "\n": " ", "\r": " ", "`": "&#96;", "*": "&#42;",
     "_": "&#95;", "[": "&#91;", "]": "&#93;", "\\": "&#92;", "#": "&#35;", "!": "&#33;", "~": "&#126;"}
)  # fmt: skip


def escape_cell(value: object, longest: int = LONGEST_CELL) -> str:
    """One value as the text of a markdown table cell: cut, on one line, nothing in it rendered."""
    text = "" if value is None else str(value)
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut.translate(_ESCAPES)


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[object]], longest: int = LONGEST_CELL) -> str:
    """A markdown table with every cell escaped, and cut after so many characters."""
    lines = [columns, ["---"] * len(columns), *([escape_cell(cell, longest) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def preview(frame: pl.DataFrame, columns: Sequence[str] | None = None, rows: int = PREVIEW_ROWS) -> dg.MetadataValue:
    """The first rows as a markdown table; list and struct columns are left out unless named."""
    flat = [name for name, dtype in frame.schema.items() if not dtype.is_nested()]
    shown = frame.select(columns or flat).head(rows)
    return dg.MetadataValue.md(markdown_table(shown.columns, shown.rows()))


def frame_metadata(frame: pl.DataFrame, columns: Sequence[str] | None = None) -> dict[str, dg.MetadataValue]:
    """Row count and preview of a frame, under the names that Dagster charts."""
    return {"dagster/row_count": dg.MetadataValue.int(frame.height), "preview": preview(frame, columns)}


def counts_table(frame: pl.DataFrame, by: Sequence[str]) -> dg.MetadataValue:
    """How many rows there are of each combination of `by`, most frequent first."""
    counted = frame.group_by(by).len("rows").sort(["rows", *by], descending=[True, *([False] * len(by))])
    return dg.MetadataValue.md(markdown_table(counted.columns, counted.rows()))


def column_schema(frame_name: str, descriptions: Mapping[str, str] | None = None) -> dg.TableSchema:
    """The columns of a frame as Dagster shows them on the asset's page, from its Pandera model."""
    columns = FRAMES[frame_name].to_schema().columns
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(column.dtype.type),
                description=(descriptions or {}).get(name),
                constraints=dg.TableColumnConstraints(
                    nullable=bool(column.nullable),
                    unique=bool(column.unique),
                    other=[str(check.error or check.name) for check in column.checks],
                ),
            )
            for name, column in columns.items()
        ]
    )


def content_version(*frames: pl.DataFrame) -> dg.DataVersion:
    """A version that changes when the rows say something else, not when they were merely checked again."""
    digest = hashlib.sha256()
    for frame in frames:
        kept = frame.drop([name for name in frame.columns if name in VOLATILE_COLUMNS])
        digest.update("\n".join(sorted(kept.write_ndjson().splitlines())).encode())
    return dg.DataVersion(digest.hexdigest()[:16])
