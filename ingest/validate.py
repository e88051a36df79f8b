"""Split a frame into rows that keep its Pandera model and rows that do not, with the reason for each.

Belongs here: reading Pandera's failure cases. Does not belong here: the rules themselves (they stand in
`ingest.schemas`), nor what is done with the refused rows (each stage stores them as its `quarantine`).

Frames must be eager: on a LazyFrame Pandera looks at types only. Rows are taken apart by the row index that
`SchemaErrors.failure_cases` carries; Pandera's own `drop_invalid_rows` is never used, since it loses rows
without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from pandera.errors import SchemaErrors

from ingest.schemas import Frame, Quarantine, polars_schema, typed_frame

UNIQUENESS_CHECKS = frozenset({"field_uniqueness", "multiple_fields_uniqueness"})
LONGEST_VALUE = 300


class FrameShapeError(Exception):
    """A frame without the columns or types of its model: a fault of the code that made it, not of the data."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One cell or row that broke one check. `row` is its place in the frame, from 0."""

    row: int
    column: str | None
    check: str
    value: str | None


def find_failures(model: type[Frame], frame: pl.DataFrame) -> list[Failure]:
    """Every broken check of every row, in order of the rows; empty when the frame is valid.

    Raises FrameShapeError when a column is missing, unknown or of another type.
    """
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        shape_faults = cases.filter(pl.col("index").is_null())
        if not shape_faults.is_empty():
            raise FrameShapeError(_describe_shape(model, shape_faults)) from error
        return sorted(map(_as_failure, cases.to_dicts()), key=lambda failure: (failure.row, failure.check))
    return []


def split_valid(
    model: type[Frame], frame: pl.DataFrame, *, stage: str, source_id: str, key_column: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split `frame` into its good rows and one `quarantine` row per broken check.

    Of several rows with the same key the first that is good otherwise is kept, and the later ones are
    quarantined. `key_column` names the column whose value becomes the quarantine key. Good rows keep their
    order. Raises FrameShapeError when the frame does not have the columns of the model.
    """
    failures = find_failures(model, frame)
    if not failures:
        return frame, typed_frame(Quarantine, [])
    first_holders = _first_holders(model, frame, failures)
    refused = [f for f in failures if f.check not in UNIQUENESS_CHECKS or f.row not in first_holders]
    keys = frame.get_column(key_column).cast(pl.String).to_list()
    urls = frame.get_column("url").to_list() if "url" in frame.columns else [None] * frame.height
    rows: list[dict[str, object]] = [
        {
            "source_id": source_id,
            "stage": stage,
            "key": keys[failure.row] or f"row {failure.row}",
            "url": urls[failure.row],
            "column": failure.column,
            "check": failure.check,
            "value": failure.value,
            "reason": describe(failure, model),
        }
        for failure in refused
    ]
    bad = pl.Series(sorted({failure.row for failure in refused}), dtype=pl.UInt32)
    good = frame.with_row_index("__row").filter(~pl.col("__row").is_in(bad.implode())).drop("__row")
    return good, typed_frame(Quarantine, rows)


def describe(failure: Failure, model: type[Frame]) -> str:
    """One sentence about a failure; the docstring of a frame-level check is its sentence."""
    if failure.check in UNIQUENESS_CHECKS:
        return f"repeats the key of an earlier row of {model.__name__}"
    if failure.check == "not_nullable":
        return f"{failure.column} is empty"
    if failure.column is not None:
        return f"{failure.column} = {failure.value} breaks {failure.check}"
    rule = getattr(model, failure.check, None)
    sentence = (getattr(rule, "__doc__", None) or failure.check).strip().splitlines()[0]
    return f"breaks the rule: {sentence}"


def _first_holders(model: type[Frame], frame: pl.DataFrame, failures: Sequence[Failure]) -> set[int]:
    """Of the rows that share a key, the first without another fault: it keeps the key."""
    faulty = {failure.row for failure in failures if failure.check not in UNIQUENESS_CHECKS}
    holders: set[int] = set()
    seen: set[tuple[object, ...]] = set()
    key_columns = _unique_columns(model)
    shared = sorted({failure.row for failure in failures if failure.check in UNIQUENESS_CHECKS} - faulty)
    for row in shared:
        keys = [(columns, *frame.select(columns).row(row)) for columns in key_columns]
        if not any(key in seen for key in keys):
            holders.add(row)
        seen.update(keys)
    return holders


def _unique_columns(model: type[Frame]) -> list[tuple[str, ...]]:
    """The keys of a model: each unique column alone, and the columns that are unique together."""
    schema = model.to_schema()
    keys: list[tuple[str, ...]] = [(name,) for name, column in schema.columns.items() if column.unique]
    together = [schema.unique] if isinstance(schema.unique, str) else schema.unique
    return [*keys, tuple(map(str, together))] if together else keys


def _as_failure(case: dict[str, object]) -> Failure:
    """A row of Pandera's failure cases; for a frame-level check the schema's name is no column."""
    value = case["failure_case"]
    of_frame = case["schema_context"] == "DataFrameSchema"
    return Failure(
        row=int(str(case["index"])),
        column=None if of_frame else str(case["column"]),
        check=str(case["check"]),
        value=None if value is None else str(value)[:LONGEST_VALUE],
    )


def _describe_shape(model: type[Frame], faults: pl.DataFrame) -> str:
    """Name the columns that are missing, unknown or of another type."""
    told = {
        "column_in_dataframe": "column {} is missing",
        "column_in_schema": "column {} is not known",
    }
    parts = []
    for case in faults.to_dicts():
        template = told.get(str(case["check"]))
        if template:
            parts.append(template.format(case["failure_case"]))
        elif str(case["check"]).startswith("dtype"):
            parts.append(f"column {case['column']} is {case['failure_case']}, not {case['check']}")
    expected = ", ".join(polars_schema(model))
    return (
        f"not a {model.__name__} frame: {'; '.join(dict.fromkeys(parts)) or faults['check'][0]}. Expected: {expected}"
    )
