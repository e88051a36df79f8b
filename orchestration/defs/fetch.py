"""The fetch stage: listed pages become `snapshots` (with the WARC archive) and a `fetch_log`."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from ingest.stages import StageResult, fetch, replay
from orchestration.assets import HTTP_POOL, HTTP_RETRIES, lake_spec, materialised, stage_materialised
from orchestration.metadata import counts_table
from orchestration.partitions import source_partitions
from orchestration.resources import Project


class FetchConfig(dg.Config):
    """Which pages are asked for in this run."""

    volumes: list[int] = Field(default=[], description="Only pages of these volume years; empty: all listed pages.")
    from_archive: bool = Field(default=False, description="Rebuild the snapshots from the archive, asking nobody.")


@dg.multi_asset(
    name="snapshots",
    specs=[
        lake_spec(
            "snapshots",
            group="fetch",
            description="The newest stored response of each page: status, validators, body hash, place in the archive.",
            deps=["page_refs"],
        ),
        lake_spec(
            "fetch_log",
            group="fetch",
            description="What the last run met at each address: fetched, unchanged, gone, refused or failed, and why.",
            deps=["page_refs"],
        ),
    ],
    partitions_def=source_partitions(),
    pool=HTTP_POOL,
    retry_policy=HTTP_RETRIES,
)
def snapshots(
    context: dg.AssetExecutionContext, config: FetchConfig, project: Project
) -> Iterator[dg.MaterializeResult[None]]:
    """Fetch the pages of one source, asking only for what changed."""
    result = _fetch(context.partition_key, config, project)
    yield stage_materialised("snapshots", result)
    log = result.frames["fetch_log"]
    yield materialised("fetch_log", log, outcomes=counts_table(log, ["outcome"]))


def _fetch(source_id: str, config: FetchConfig, project: Project) -> StageResult:
    source, settings = project.source(source_id), project.settings()
    if config.from_archive:
        return replay(source, settings)
    with project.http() as http:
        return fetch(source, settings, http, config.volumes)
