"""What the command reads of stored data: catalogue, published facts, claims, row counts.

Facts come from the published Parquet files, never from the warehouse file, so that nobody blocks its writer.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from ingest.cli_errors import InputError
from ingest.lake import Lake
from ingest.schemas import FRAMES
from ingest.settings import load_settings
from ingest.stages import open_catalogue

FACTS = "fct_union_metrics"
FACT_COLUMNS = (
    "region_name", "ref_year", "metric_code", "breakdown", "reporting_scope", "qualifier", "obs_value", "unit_code",
    "obs_status", "n_claims", "chosen_claim_id",
)  # fmt: skip

Rows = list[dict[str, Any]]


def list_sources() -> Rows:
    """The catalogue, one row per source."""
    from ingest.catalogue import sources_frame  # noqa: PLC0415

    return sources_frame(open_catalogue(load_settings())).sort("source_id").to_dicts()


def read_facts(region: str | None, year: int | None, metric: str | None) -> Rows:
    """Published facts, narrowed by what is given. Raises InputError when nothing was published yet."""
    file = load_settings().exports_root / f"{FACTS}.parquet"
    if not file.exists():
        raise InputError(f"{file} does not exist: nothing was published yet, run `union-warehouse run` first.")
    facts = pl.scan_parquet(file)
    if region is not None:
        facts = facts.filter((pl.col("region_name") == region) | (pl.col("ref_area") == region))
    if year is not None:
        facts = facts.filter(pl.col("ref_year") == year)
    if metric is not None:
        facts = facts.filter(pl.col("metric_code") == metric)
    return facts.sort("region_name", "metric_code", "ref_year", "breakdown").collect().to_dicts()


def read_claim(claim_id: str) -> dict[str, Any]:
    """One claim of the lake. Raises InputError when there is none of this id."""
    claims = Lake(load_settings().lake_root).read("claims").filter(pl.col("claim_id") == claim_id)
    if claims.is_empty():
        raise InputError(f"no claim has the id {claim_id}; `union-warehouse facts` shows ids as chosen_claim_id.")
    found: dict[str, Any] = claims.row(0, named=True)
    return found


def frame_counts() -> Rows:
    """How many rows each frame of the lake has, by source."""
    lake = Lake(load_settings().lake_root)
    rows: Rows = []
    for frame in FRAMES:
        for source_id in dict.fromkeys(file.rsplit("/", 2)[1] for file in lake.parts(frame)):
            rows.append({"frame": frame, "source": source_id, "rows": lake.read(frame, source_id).height})
    return rows


def places() -> dict[str, str]:
    """Where everything lies."""
    settings = load_settings()
    return {
        "lake": settings.lake_root,
        "archive": str(settings.archive_root),
        "warehouse": str(settings.warehouse_path),
        "exports": str(settings.exports_root),
        "dbt documentation": str(settings.docs_path),
        "Dagster home": str(settings.dagster_home),
    }
