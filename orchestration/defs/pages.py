"""The parse stage: stored bodies become `pages`, text with structure."""

import dagster as dg
from pydantic import Field

from ingest.stages import parse
from orchestration.assets import lake_spec, parts_materialised
from orchestration.partitions import source_partitions
from orchestration.resources import Project
from orchestration.versions import PAGES_INPUTS, inputs_mark


class ParseConfig(dg.Config):
    """How much is done in this run."""

    anew: bool = Field(default=False, description="Parse every stored body again, also unchanged ones.")


@dg.multi_asset(
    name="pages",
    specs=[
        lake_spec(
            "pages",
            group="parse",
            description="Pages as text with sections, tables, title, region and year; offsets index the text.",
            made_by=parse,
            deps=["page_refs", "snapshots"],
        )
    ],
    partitions_def=source_partitions(),
)
def pages(context: dg.AssetExecutionContext, config: ParseConfig, project: Project) -> dg.MaterializeResult[None]:
    """Read the bodies of one source that are new or changed."""
    made_from = inputs_mark(context.instance, PAGES_INPUTS, [context.partition_key])
    result = parse(project.source(context.partition_key), project.settings(), anew=config.anew)
    return parts_materialised("pages", result, project.lake(), context.partition_key, made_from)
