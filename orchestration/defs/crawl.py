"""The crawl stage: list pages of a source become `page_refs`."""

import dagster as dg
from pydantic import Field

from ingest.stages import crawl, replay
from orchestration.assets import HTTP_POOL, HTTP_RETRIES, lake_spec, stage_materialised
from orchestration.partitions import source_partitions
from orchestration.resources import Project


class CrawlConfig(dg.Config):
    """How list pages are read in this run."""

    from_archive: bool = Field(
        default=False, description="Take the list from the archive, asking nobody: every page that ever gave an answer."
    )


@dg.multi_asset(
    name="page_refs",
    specs=[
        lake_spec(
            "page_refs",
            group="crawl",
            description="The pages that a source's list pages name, with volume and category.",
            made_by=crawl,
            deps=["sources"],
        )
    ],
    partitions_def=source_partitions(),
    pool=HTTP_POOL,
    retry_policy=HTTP_RETRIES,
)
def page_refs(context: dg.AssetExecutionContext, config: CrawlConfig, project: Project) -> dg.MaterializeResult[None]:
    """Follow the list pages of one source."""
    source, settings = project.source(context.partition_key), project.settings()
    if config.from_archive:
        return stage_materialised("page_refs", replay(source, settings))
    with project.http() as http:
        result = crawl(source, settings, http)
    return stage_materialised("page_refs", result)
