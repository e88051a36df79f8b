"""Facts and evidence out of the exported Parquet: what the command line and notebooks use.

Nothing here opens the warehouse file, so that readers never stand in the way of a run.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

FACT_COLUMNS = (
    "metric_code", "region_name", "ref_year", "breakdown", "obs_value", "value_low", "value_high", "qualifier",
    "unit_code", "obs_status", "reporting_scope", "period_group", "rule_applied", "n_claims", "n_independent_works",
    "has_conflict", "is_target", "is_floor_language", "is_cumulative", "region_id", "ref_area", "observation_id",
    "chosen_claim_id",
)  # fmt: skip


class ReadError(Exception):
    """The published tables are missing, or do not hold what was asked for; the message says what to do."""


def _scan(exports_root: Path, table: str) -> pl.LazyFrame:
    path = exports_root / "parquet" / f"{table}.parquet"
    if not path.is_file():
        raise ReadError(f"{path} does not exist: run the pipeline first")
    return pl.scan_parquet(path)


def read_facts(
    exports_root: Path,
    region: str | None = None,
    year: int | None = None,
    metric: str | None = None,
    as_of: str | None = None,
) -> pl.DataFrame:
    """The published observations, narrowed to a region, a reference year and a metric as far as given.

    `as_of` names a release: then the observations are those that it published, else those of the last run.

    `region` is a full or short name of any time, a code or a durable id: a renamed region is found under all
    of its names. Columns: FACT_COLUMNS, in order of metric, region, year. Raises ReadError before the first
    run, for a region that no published table names and for a release that is not known.
    """
    facts = _scan(exports_root, "fct_union_metrics") if as_of is None else _facts_as_of(exports_root, as_of)
    if region is not None:
        facts = facts.filter(pl.col("region_id").is_in(_region_ids(exports_root, region)))
    if year is not None:
        facts = facts.filter(pl.col("ref_year") == year)
    if metric is not None:
        facts = facts.filter(pl.col("metric_code") == metric)
    order = ["metric_code", "region_id", "ref_year", "breakdown", "reporting_scope", "observation_id"]
    return facts.sort(order).select(FACT_COLUMNS).collect()


def _facts_as_of(exports_root: Path, release_id: str) -> pl.LazyFrame:
    """The rows of the history that stood in a release."""
    known = _scan(exports_root, "dim_release").filter(pl.col("release_id") == release_id).collect()
    if known.is_empty():
        raise ReadError(
            f"no release is called {release_id!r}: `union-warehouse releases` lists them (a folder that was put there "
            "by hand is known after the next `union-warehouse publish`)"
        )
    number = known["release_number"].item()
    stood = (pl.col("valid_from_number") <= number) & (pl.col("valid_to_number").fill_null(number + 1) > number)
    return _scan(exports_root, "fct_union_metrics_history").filter(stood)


def _region_ids(exports_root: Path, region: str) -> list[str]:
    columns = ("region_id", "ref_area", "region_name", "short_name")
    regions = _scan(exports_root, "dim_region").filter(pl.any_horizontal(pl.col(columns) == region))
    found: list[str] = regions.select(pl.col("region_id").unique().sort()).collect()["region_id"].to_list()
    if not found:
        raise ReadError(f"no region is called {region!r}: give a full or short Chinese name, a code or a region_id")
    return found


def read_evidence(exports_root: Path, claim_id: str) -> dict[str, object]:
    """Everything that supports one claim: the sentence, the number's place in it, page, snapshot, rule, observation.

    Keys: the columns of `fct_union_claims` and `dim_page` that prove it, plus `span_in_sentence` (first and last
    character of the number within the sentence, or None where the sentence does not hold it) and
    `observation` (the row of `fct_union_metrics`, or None). Raises ReadError for an unknown claim.
    """
    versions = _scan(exports_root, "fct_union_claims").filter(pl.col("claim_id") == claim_id)
    claims = versions.sort("is_current", "asserted_at", descending=True).collect()
    if claims.is_empty():
        raise ReadError(f"no claim has the id {claim_id!r}: take one from the column chosen_claim_id of the facts")
    claim = claims.row(0, named=True)
    page = _row(_scan(exports_root, "dim_page").filter(pl.col("page_id") == claim["page_id"])) or {}
    proof = ("title", "breadcrumb", "text_sha256", "fetched_at", "warc_file", "warc_offset")
    facts = _scan(exports_root, "fct_union_metrics")
    return {
        **claim,
        **{name: page.get(name) for name in proof},
        "span_in_sentence": _span(claim["sentence"], claim["raw_span"]),
        "observation": _row(facts.filter(pl.col("observation_id").eq_missing(claim["observation_id"]))),
    }


def _row(frame: pl.LazyFrame) -> dict[str, object] | None:
    rows = frame.head(1).collect()
    return None if rows.is_empty() else rows.row(0, named=True)


def _span(sentence: str, raw_span: str) -> tuple[int, int] | None:
    start = sentence.find(raw_span)
    return None if start < 0 else (start, start + len(raw_span))
