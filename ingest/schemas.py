"""Pandera models of every frame that crosses a stage: the one place where columns are defined.

Belongs here: column names, types, allowed values, keys. Does not belong here: how a frame is made
(each stage) or where it is stored (`ingest.lake`). A model's name in `FRAMES` is also the name of its
Dagster asset, its Parquet folder, its table in the `raw` schema and its dbt source.

All frames are polars frames, validated eagerly: on a LazyFrame Pandera checks types only.
"""

from __future__ import annotations

from typing import Annotated

import pandera.polars as pa
import polars as pl

QUALIFIERS = ("EQ", "GE", "GT", "LE", "LT", "MORE", "NEAR", "APPROX", "RANGE", "ORDER")
SCOPES = ("all_levels", "own_level", "lower_levels", "industry", "enterprise", "event", "unknown")
PERIOD_TYPES = (
    "year",
    "year_end",
    "point",
    "event",
    "festival",
    "per_year",
    "multi_year",
    "since_start",
    "year_to_date",
    "unknown",
)
CHANGE_KINDS = ("level", "yoy_pct", "yoy_pp", "yoy_abs", "multiple")
FETCH_OUTCOMES = ("fetched", "unchanged", "gone", "refused_by_robots", "host_not_allowed", "failed")
STAGES = ("crawl", "fetch", "parse", "extract", "validate")
UtcTime = Annotated[pl.Datetime, "us", "UTC"]
SECTION_TYPE = pl.List(
    pl.Struct({"heading": pl.String, "char_start": pl.Int64, "char_end": pl.Int64, "duplicate_of": pl.Int64})
)
CELL_TYPE = pl.Struct(
    {
        "row": pl.Int64, "col": pl.Int64, "row_span": pl.Int64, "col_span": pl.Int64, "text": pl.String,
        "char_start": pl.Int64, "char_end": pl.Int64, "is_header": pl.Boolean,
    }
)  # fmt: skip
TABLE_TYPE = pl.List(
    pl.Struct(
        {
            "caption": pl.String,
            "note": pl.String,
            "char_start": pl.Int64,
            "char_end": pl.Int64,
            "cells": pl.List(CELL_TYPE),
        }
    )
)
SPAN_TYPE = pl.List(pl.Struct({"char_start": pl.Int64, "char_end": pl.Int64}))


class Frame(pa.DataFrameModel):
    """Base of all frames: exactly the named columns, in any order."""

    class Config:
        strict = True
        ordered = False


class Sources(Frame):
    """The catalogue: one row per source."""

    source_id: str = pa.Field(unique=True, str_matches=r"^[a-z][a-z0-9_]*$")
    title: str
    publisher: str
    homepage: str
    licence: str
    terms: str
    region_name: str
    level: str = pa.Field(isin=("nation", "province", "prefecture", "county"))
    authority_kind: str = pa.Field(
        isin=(
            "census",
            "national_table",
            "statistical_yearbook",
            "comprehensive_yearbook",
            "gazetteer",
            "union_report",
            "news",
        )
    )
    is_sample: bool
    verified_on: str = pa.Field(nullable=True)


class PageRefs(Frame):
    """Pages that the list pages name. Key: source_id, url."""

    source_id: str
    url: str = pa.Field(str_matches=r"^(https?|file)://")
    volume_year: pl.Int64 = pa.Field(nullable=True, ge=1900, le=2100)
    category: str = pa.Field(nullable=True)
    title: str = pa.Field(nullable=True)
    discovered_from: str

    class Config:
        unique = ["source_id", "url"]


class Snapshots(Frame):
    """The newest stored response of each page. Key: source_id, url. `warc_offset` is in bytes."""

    source_id: str
    url: str
    volume_year: pl.Int64 = pa.Field(nullable=True)
    fetched_at: UtcTime
    checked_at: UtcTime
    status: pl.Int64 = pa.Field(ge=100, le=599)
    etag: str = pa.Field(nullable=True)
    last_modified: str = pa.Field(nullable=True)
    content_type: str = pa.Field(nullable=True)
    body_sha256: str = pa.Field(str_matches=r"^[0-9a-f]{64}$")
    body_bytes: pl.Int64 = pa.Field(ge=0)
    warc_file: str
    warc_offset: pl.Int64 = pa.Field(ge=0)
    robots_allowed: bool
    unchanged_since: UtcTime
    is_gone: bool

    class Config:
        unique = ["source_id", "url"]


class FetchLog(Frame):
    """What the last run met at each address. Key: source_id, url."""

    source_id: str
    url: str
    requested_at: UtcTime
    outcome: str = pa.Field(isin=FETCH_OUTCOMES)
    status: pl.Int64 = pa.Field(nullable=True)
    reason: str = pa.Field(nullable=True)
    attempts: pl.Int64 = pa.Field(ge=0)
    elapsed_ms: pl.Int64 = pa.Field(ge=0)

    class Config:
        unique = ["source_id", "url"]


class Pages(Frame):
    """Pages as text with structure. Key: page_id. Offsets index `text`, end exclusive."""

    page_id: str = pa.Field(unique=True)
    source_id: str
    url: str
    body_sha256: str
    text_sha256: str
    title: str
    breadcrumb: pl.List(pl.String)  # type: ignore[valid-type]
    region_name: str = pa.Field(nullable=True)
    ref_area: str = pa.Field(nullable=True)
    volume_year: pl.Int64 = pa.Field(nullable=True, ge=1900, le=2100)
    reference_year: pl.Int64 = pa.Field(nullable=True, ge=1900, le=2100)
    reference_year_basis: str = pa.Field(nullable=True)
    published_on: str = pa.Field(nullable=True)
    published_on_basis: str = pa.Field(nullable=True)
    contributor: str = pa.Field(nullable=True)
    charset_declared: str = pa.Field(nullable=True)
    charset_used: str
    replacement_chars: pl.Int64 = pa.Field(ge=0)
    parser_version: str
    text: str
    sections: SECTION_TYPE  # type: ignore[valid-type]
    tables: TABLE_TYPE  # type: ignore[valid-type]
    duplicate_spans: SPAN_TYPE  # type: ignore[valid-type]


class Claims(Frame):
    """One row per value stated for one metric cell by one passage. Key: claim_id.

    Values are in base units (persons, yuan, percent); `breakdown` is canonical text `dimension=value`
    joined by `;` in alphabetical order, empty for the total.
    """

    claim_id: str = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$")
    source_id: str
    page_id: str
    url: str
    body_sha256: str
    section: str
    char_start: pl.Int64 = pa.Field(ge=0)
    char_end: pl.Int64 = pa.Field(ge=1)
    table_cell: str = pa.Field(nullable=True)
    raw_span: str = pa.Field(str_length={"min_value": 1})
    sentence: str
    metric_code: str = pa.Field(nullable=True)
    obs_value: float = pa.Field(nullable=True)
    value_low: float = pa.Field(nullable=True)
    value_high: float = pa.Field(nullable=True)
    qualifier: str = pa.Field(isin=QUALIFIERS)
    unit_code: str = pa.Field(nullable=True)
    unit_raw: str
    breakdown: str = pa.Field(str_matches=r"^([a-z_]+=[A-Za-z0-9_]+(;[a-z_]+=[A-Za-z0-9_]+)*)?$")
    ref_area: str = pa.Field(nullable=True)
    ref_area_name: str = pa.Field(nullable=True)
    ref_year: pl.Int64 = pa.Field(nullable=True, ge=1900, le=2100)
    period_type: str = pa.Field(isin=PERIOD_TYPES)
    year_basis: str
    region_basis: str
    reporting_scope: str = pa.Field(isin=SCOPES)
    statistic: str = pa.Field(nullable=True, isin=("stock", "flow", "rate", "cumulative"))
    change_kind: str = pa.Field(isin=CHANGE_KINDS)
    base_text: str = pa.Field(nullable=True)
    is_floor_language: bool
    is_target: bool
    extractor_version: str
    rule: str
    phrase: str
    note: str = pa.Field(nullable=True)

    @pa.dataframe_check
    @classmethod
    def span_runs_forward(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A claim's span is not empty."""
        return data.lazyframe.select(pl.col("char_start") < pl.col("char_end"))

    @pa.dataframe_check
    @classmethod
    def value_inside_interval(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """low <= value <= high wherever they are given."""
        low = (pl.col("value_low") <= pl.col("obs_value")).fill_null(value=True)
        high = (pl.col("obs_value") <= pl.col("value_high")).fill_null(value=True)
        return data.lazyframe.select(low & high)

    @pa.dataframe_check
    @classmethod
    def share_is_at_most_hundred(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A rate's level lies between 0 and 100 percent."""
        level_rate = (
            (pl.col("statistic") == "rate") & (pl.col("change_kind") == "level") & (pl.col("unit_code") == "percent")
        )
        inside = pl.col("obs_value").is_between(0, 100)
        return data.lazyframe.select((~level_rate | inside).fill_null(value=True))

    @pa.dataframe_check
    @classmethod
    def mapped_claim_has_region_and_year(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A claim mapped to a metric names its region and year; else it is not citable."""
        placed = pl.col("ref_area_name").is_not_null() & pl.col("ref_year").is_not_null()
        return data.lazyframe.select(pl.col("metric_code").is_null() | placed)


class Quarantine(Frame):
    """What could not be read, mapped or validated, with the reason. `stage` says where it stopped."""

    source_id: str
    stage: str = pa.Field(isin=STAGES)
    key: str
    url: str = pa.Field(nullable=True)
    column: str = pa.Field(nullable=True)
    check: str
    value: str = pa.Field(nullable=True)
    reason: str


class Regions(Frame):
    """Administrative regions through time. Key: region_id, valid_from. `valid_to` null: still valid."""

    region_id: str
    ref_area: str = pa.Field(str_matches=r"^\d{6}$")
    name: str
    short_name: str
    pinyin: str
    level: str = pa.Field(isin=("nation", "province", "prefecture", "county"))
    parent_region_id: str = pa.Field(nullable=True)
    parent_name: str = pa.Field(nullable=True)
    iso_3166_2: str = pa.Field(nullable=True)
    valid_from: pl.Int64 = pa.Field(ge=1900)
    valid_to: pl.Int64 = pa.Field(nullable=True)

    class Config:
        unique = ["region_id", "valid_from"]


class Metrics(Frame):
    """The metric vocabulary as the warehouse sees it. Key: metric_code. Aliases name their canonical metric."""

    metric_code: str = pa.Field(unique=True)
    tier: pl.Int64 = pa.Field(ge=1, le=3)
    theme: str
    name_en: str
    name_zh: str
    unit_code: str
    statistic: str = pa.Field(isin=("stock", "flow", "rate", "cumulative"))
    definition_en: str
    labels_zh: str
    breakdowns: str
    typical_range: str
    canonical_code: str
    fixed_breakdown: str
    base_code: str = pa.Field(nullable=True)


FRAMES: dict[str, type[Frame]] = {
    "sources": Sources,
    "page_refs": PageRefs,
    "snapshots": Snapshots,
    "fetch_log": FetchLog,
    "pages": Pages,
    "claims": Claims,
    "quarantine": Quarantine,
    "regions": Regions,
    "metrics": Metrics,
}


def polars_schema(model: type[Frame]) -> dict[str, pl.DataType]:
    """The column names and polars types of a frame model, for building empty or typed frames."""
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}


def typed_frame(model: type[Frame], rows: list[dict[str, object]]) -> pl.DataFrame:
    """Make a frame of the model's types from row dictionaries; a missing key is an error of the caller."""
    schema = polars_schema(model)
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else pl.DataFrame(schema=schema)
