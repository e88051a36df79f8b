"""The fetch stage: listed pages become `snapshots` (with the WARC archive) and a `fetch_log`."""

from collections.abc import Iterator
from typing import Self

import dagster as dg
from pydantic import Field, model_validator

from ingest.stages import StageResult, fetch, replay
from orchestration.assets import HTTP_POOL, HTTP_RETRIES, lake_spec, materialised, stage_materialised
from orchestration.metadata import counts_table
from orchestration.partitions import source_partitions
from orchestration.resources import Project


class FetchConfig(dg.Config):
    """Which pages are asked for in this run, and how."""

    volumes: list[int] = Field(default=[], description="Only pages of these volume years; empty: all listed pages.")
    refetch: bool = Field(default=False, description="Ask for whole pages, also those that did not change.")
    from_archive: bool = Field(default=False, description="Rebuild the snapshots from the archive, asking nobody.")

    @model_validator(mode="after")
    def _asks_or_replays(self) -> Self:
        if self.from_archive and (self.refetch or self.volumes):
            raise ValueError("`from_archive` asks nobody: leave `refetch` off and `volumes` empty with it")
        return self


@dg.multi_asset(
    name="snapshots",
    specs=[
        lake_spec(
            "snapshots",
            group="fetch",
            description="The newest stored response of each page: status, validators, body hash, place in the archive.",
            made_by=fetch,
            deps=["page_refs"],
        ),
        lake_spec(
            "fetch_log",
            group="fetch",
            description="What the last run met at each address: fetched, unchanged, gone, refused or failed, and why.",
            made_by=fetch,
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
    require_volumes(context.partition_key, config.volumes, project)
    result = _fetch(context.partition_key, config, project)
    yield stage_materialised("snapshots", result)
    log = result.frames["fetch_log"]
    yield materialised("fetch_log", log, outcomes=counts_table(log, ["outcome"]))


def require_volumes(source_id: str, volumes: list[int], project: Project) -> None:
    """Fail, without another try, when a volume is asked for that the source does not list."""
    listed = project.lake().read("page_refs", source_id, columns=["volume_year"])["volume_year"]
    known = sorted(listed.drop_nulls().unique())
    if missing := sorted(set(volumes) - set(known)):
        told = ", ".join(map(str, known)) or "no volumes"
        raise dg.Failure(
            f"{source_id} lists no volume {', '.join(map(str, missing))}; it lists {told}", allow_retries=False
        )


def _fetch(source_id: str, config: FetchConfig, project: Project) -> StageResult:
    source, settings = project.source(source_id), project.settings()
    if config.from_archive:
        return replay(source, settings)
    with project.http() as http:
        return fetch(source, settings, http, config.volumes, refetch=config.refetch)
