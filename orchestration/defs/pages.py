"""The parse stage: stored bodies become `pages`, text with structure."""

import dagster as dg

from ingest.stages import parse
from orchestration.assets import lake_spec, materialised, refused_metadata
from orchestration.partitions import source_partitions
from orchestration.resources import Project


@dg.multi_asset(
    name="pages",
    specs=[
        lake_spec(
            "pages",
            group="parse",
            description="Pages as text with sections, tables, title, region and year; offsets index the text.",
            deps=["snapshots"],
        )
    ],
    partitions_def=source_partitions(),
)
def pages(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult:
    """Read the bodies of one source that are new or changed."""
    result = parse(project.source(context.partition_key), project.settings())
    return materialised("pages", result.frames["pages"], **refused_metadata(result))
