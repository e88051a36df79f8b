"""What the assets of the lake have in common: owners, kinds, and the result of a materialisation.

Belongs here: the shape of specs and results. Does not belong here: the assets (`orchestration.defs`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
import polars as pl

from ingest.lake import Lake
from ingest.stages import StageResult
from orchestration.dbt_files import manifest
from orchestration.dbt_texts import source_columns
from orchestration.links import code_links
from orchestration.metadata import column_schema, content_version, counts_table, frame_metadata, preview
from orchestration.versions import INPUTS_TAG

OWNERS = ["team:union-metrics"]
HTTP_POOL = "http"
DUCKDB_POOL = "duckdb"
# A whole fetching step is tried again when the machine itself failed it; single pages have their own retries.
HTTP_RETRIES = dg.RetryPolicy(max_retries=1, delay=5, backoff=dg.Backoff.EXPONENTIAL)

PREVIEW_COLUMNS = {
    "page_refs": ["volume_year", "category", "title", "url"],
    "snapshots": ["url", "status", "body_bytes", "body_sha256", "checked_at", "is_gone"],
    "fetch_log": ["url", "outcome", "status", "reason"],
    "pages": ["title", "region_name", "volume_year", "reference_year", "charset_used", "url"],
    "claims": ["ref_area_name", "ref_year", "metric_code", "breakdown", "qualifier", "obs_value", "raw_span", "rule"],
    "quarantine": ["stage", "key", "column", "check", "value", "reason"],
}


def lake_spec(
    name: str, *, group: str, description: str, made_by: Callable[..., Any], deps: Sequence[str] = ()
) -> dg.AssetSpec:
    """The spec of a frame in the lake: its key is the frame's name; `made_by` is the library's function behind it."""
    return dg.AssetSpec(
        name,
        group_name=group,
        description=description,
        deps=deps,
        owners=OWNERS,
        kinds={"python", "parquet"},
        metadata={"dagster/column_schema": described_columns(name), **code_links(made_by)},
    )


def described_columns(frame_name: str) -> dg.TableSchema:
    """The columns of a frame, with the descriptions that they have as columns of its raw table."""
    return column_schema(frame_name, source_columns(manifest(), frame_name))


def materialised(
    name: str, frame: pl.DataFrame, refused: pl.DataFrame | None = None, inputs: str | None = None, **more: Any
) -> dg.MaterializeResult[None]:
    """The result of storing a frame: row count, preview, the mark of its inputs, and what else is given.

    Its version is that of the rows and of what was refused beside them, so that a new reason also counts as news.
    """
    metadata: dict[str, Any] = {**frame_metadata(frame, PREVIEW_COLUMNS.get(name)), **more}
    version = content_version(frame) if refused is None else content_version(frame, refused)
    tags = {INPUTS_TAG: inputs} if inputs else None
    return dg.MaterializeResult(asset_key=name, metadata=metadata, data_version=version, tags=tags)


def stage_materialised(
    name: str, result: StageResult, inputs: str | None = None, **more: Any
) -> dg.MaterializeResult[None]:
    """The result of a stage: its frame, what it worked on, and what it refused by check."""
    return materialised(
        name,
        result.frames[name],
        result.quarantine,
        inputs,
        worked_on=result.worked_on,
        quarantined=result.quarantine.height,
        quarantined_by_check=counts_table(result.quarantine, ["check"]),
        **more,
    )


def parts_materialised(
    name: str, result: StageResult, lake: Lake, source_id: str, inputs: str | None = None, **more: Any
) -> dg.MaterializeResult[None]:
    """The result of a stage whose frame is kept in parts: never all of its rows are held at once."""
    stored = result.stored[name]
    first = next(lake.each(name, source_id), lake.read(name, source_id, part=""))
    refused = counts_table(result.quarantine, ["check"])
    metadata: dict[str, Any] = {
        "dagster/row_count": stored.rows,
        "preview": preview(first, PREVIEW_COLUMNS.get(name)),
        "worked_on": result.worked_on,
        "quarantined": result.quarantine.height,
        "quarantined_by_check": refused,
        **more,
    }
    tags = {INPUTS_TAG: inputs} if inputs else None
    return dg.MaterializeResult(
        asset_key=name, metadata=metadata, data_version=dg.DataVersion(stored.version), tags=tags
    )
