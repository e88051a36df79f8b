"""The crawl stage: list pages of a source become `page_refs`."""

import dagster as dg

from ingest.stages import crawl
from orchestration.assets import HTTP_POOL, HTTP_RETRIES, lake_spec, stage_materialised
from orchestration.partitions import source_partitions
from orchestration.resources import Project


@dg.multi_asset(
    name="page_refs",
    specs=[
        lake_spec(
            "page_refs",
            group="crawl",
            description="The pages that a source's list pages name, with volume and category.",
            deps=["sources"],
        )
    ],
    partitions_def=source_partitions(),
    pool=HTTP_POOL,
    retry_policy=HTTP_RETRIES,
)
def page_refs(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[None]:
    """Follow the list pages of one source."""
    with project.http() as http:
        result = crawl(project.source(context.partition_key), project.settings(), http)
    return stage_materialised("page_refs", result)
