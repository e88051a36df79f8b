"""Pandera models of every frame that crosses a stage: the one place that says which rows are valid.

Belongs here: allowed values, keys, rules between columns. Does not belong here: names and types of the columns
(`ingest.columns`, from which the models take them: a column named here is one that has a rule), how a frame is made
(each stage) or where it is stored (`ingest.lake`). A model's name in `FRAMES` is also the name of its
Dagster asset, its Parquet folder, its table in the `raw` schema and its dbt source.

All frames are polars frames, validated eagerly: on a LazyFrame Pandera checks types only.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from ingest.columns import COLUMNS, frame_of

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


class Frame(pa.DataFrameModel):
    """Base of all frames: exactly the named columns, in any order."""

    class Config:
        strict = True
        ordered = False


class Sources(Frame):
    """The catalogue: one row per source."""

    __annotations__ = dict(COLUMNS["sources"])
    source_id = pa.Field(unique=True, str_matches=r"^[a-z][a-z0-9_]*$")
    level = pa.Field(isin=("nation", "province", "prefecture", "county"))
    authority_kind = pa.Field(
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
    verified_on = pa.Field(nullable=True)


class PageRefs(Frame):
    """Pages that the list pages name. Key: source_id, url."""

    __annotations__ = dict(COLUMNS["page_refs"])
    url = pa.Field(str_matches=r"^(https?|file)://")
    volume_year = pa.Field(nullable=True, ge=1900, le=2100)
    category = pa.Field(nullable=True)
    title = pa.Field(nullable=True)

    class Config:
        unique = ["source_id", "url"]


class Snapshots(Frame):
    """The newest stored response of each page. Key: source_id, url. `warc_offset` is in bytes."""

    __annotations__ = dict(COLUMNS["snapshots"])
    volume_year = pa.Field(nullable=True)
    status = pa.Field(ge=100, le=599)
    etag = pa.Field(nullable=True)
    last_modified = pa.Field(nullable=True)
    content_type = pa.Field(nullable=True)
    body_sha256 = pa.Field(str_matches=r"^[0-9a-f]{64}$")
    body_bytes = pa.Field(ge=0)
    warc_offset = pa.Field(ge=0)

    class Config:
        unique = ["source_id", "url"]


class FetchLog(Frame):
    """What the last run met at each address. Key: source_id, url."""

    __annotations__ = dict(COLUMNS["fetch_log"])
    outcome = pa.Field(isin=FETCH_OUTCOMES)
    status = pa.Field(nullable=True)
    reason = pa.Field(nullable=True)
    attempts = pa.Field(ge=0)
    elapsed_ms = pa.Field(ge=0)

    class Config:
        unique = ["source_id", "url"]


class Pages(Frame):
    """Pages as text with structure. Key: page_id. Offsets index `text`, end exclusive."""

    __annotations__ = dict(COLUMNS["pages"])
    page_id = pa.Field(unique=True)
    region_name = pa.Field(nullable=True)
    ref_area = pa.Field(nullable=True)
    volume_year = pa.Field(nullable=True, ge=1900, le=2100)
    reference_year = pa.Field(nullable=True, ge=1900, le=2100)
    reference_year_basis = pa.Field(nullable=True)
    published_on = pa.Field(nullable=True)
    published_on_basis = pa.Field(nullable=True)
    contributor = pa.Field(nullable=True)
    charset_declared = pa.Field(nullable=True)
    replacement_chars = pa.Field(ge=0)


class Claims(Frame):
    """One row per value stated for one metric cell by one passage. Key: claim_id.

    Values are in base units (persons, yuan, percent); `breakdown` is canonical text `dimension=value`
    joined by `;` in alphabetical order, empty for the total.
    """

    __annotations__ = dict(COLUMNS["claims"])
    claim_id = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$")
    char_start = pa.Field(ge=0)
    char_end = pa.Field(ge=1)
    table_cell = pa.Field(nullable=True)
    raw_span = pa.Field(str_length={"min_value": 1})
    metric_code = pa.Field(nullable=True)
    obs_value = pa.Field(nullable=True)
    value_low = pa.Field(nullable=True)
    value_high = pa.Field(nullable=True)
    qualifier = pa.Field(isin=QUALIFIERS)
    unit_code = pa.Field(nullable=True)
    breakdown = pa.Field(str_matches=r"^([a-z_]+=[A-Za-z0-9_]+(;[a-z_]+=[A-Za-z0-9_]+)*)?$")
    ref_area = pa.Field(nullable=True)
    ref_area_name = pa.Field(nullable=True)
    ref_year = pa.Field(nullable=True, ge=1900, le=2100)
    period_type = pa.Field(isin=PERIOD_TYPES)
    reporting_scope = pa.Field(isin=SCOPES)
    statistic = pa.Field(nullable=True, isin=("stock", "flow", "rate", "cumulative"))
    change_kind = pa.Field(isin=CHANGE_KINDS)
    base_text = pa.Field(nullable=True)
    note = pa.Field(nullable=True)

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

    __annotations__ = dict(COLUMNS["quarantine"])
    stage = pa.Field(isin=STAGES)
    url = pa.Field(nullable=True)
    column = pa.Field(nullable=True)
    value = pa.Field(nullable=True)


class Regions(Frame):
    """Administrative regions through time. Key: region_id, valid_from. `valid_to` null: still valid."""

    __annotations__ = dict(COLUMNS["regions"])
    ref_area = pa.Field(str_matches=r"^\d{6}$")
    level = pa.Field(isin=("nation", "province", "prefecture", "county"))
    parent_region_id = pa.Field(nullable=True)
    parent_name = pa.Field(nullable=True)
    iso_3166_2 = pa.Field(nullable=True)
    valid_from = pa.Field(ge=1900)
    valid_to = pa.Field(nullable=True)

    class Config:
        unique = ["region_id", "valid_from"]


class Metrics(Frame):
    """The metric vocabulary as the warehouse sees it. Key: metric_code. Aliases name their canonical metric."""

    __annotations__ = dict(COLUMNS["metrics"])
    metric_code = pa.Field(unique=True)
    tier = pa.Field(ge=1, le=3)
    statistic = pa.Field(isin=("stock", "flow", "rate", "cumulative"))
    base_code = pa.Field(nullable=True)


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
    """The column names and polars types of a frame model."""
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}


def typed_frame(model: type[Frame], rows: list[dict[str, object]]) -> pl.DataFrame:
    """Make a frame of the model's types from row dictionaries; a missing key is an error of the caller."""
    return frame_of(next(name for name, known in FRAMES.items() if known is model), rows)
