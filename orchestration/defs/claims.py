"""The extract and validate stages: pages become `claims`; what any stage refused is gathered in `quarantine`."""

import dagster as dg
import polars as pl
from pydantic import Field

from ingest.stages import extract
from ingest.validate import split_valid
from orchestration.assets import lake_spec, materialised, parts_materialised
from orchestration.metadata import counts_table
from orchestration.partitions import source_partitions
from orchestration.plots import bars
from orchestration.resources import Project

SHOWN_PAGES = 15


class ExtractConfig(dg.Config):
    """How much is done in this run."""

    anew: bool = Field(default=False, description="Read every page again, also unchanged ones.")


@dg.multi_asset(
    name="claims",
    specs=[
        lake_spec(
            "claims",
            group="extract",
            description="Every number read from a page: metric, interval, region, year, and the sentence it stands in.",
            made_by=extract,
            deps=["pages", "metrics", "regions"],
        )
    ],
    partitions_def=source_partitions(),
)
def claims(context: dg.AssetExecutionContext, config: ExtractConfig, project: Project) -> dg.MaterializeResult[None]:
    """Read the pages of one source that are new or changed."""
    result = extract(project.source(context.partition_key), project.settings(), anew=config.anew)
    lake = project.lake()
    frame = lake.read("claims", context.partition_key, columns=["page_id", "url", "metric_code"])
    mapped = frame.filter(pl.col("metric_code").is_not_null())
    return parts_materialised(
        "claims",
        result,
        lake,
        context.partition_key,
        mapped=mapped.height,
        unmapped=frame.height - mapped.height,
        pages_with_claims=frame["page_id"].n_unique(),
        by_metric=counts_table(mapped, ["metric_code"]),
        claims_per_page=dg.MetadataValue.md(bars(_claims_per_page(frame))),
    )


@dg.multi_asset(
    name="quarantine",
    specs=[
        lake_spec(
            "quarantine",
            group="extract",
            description="What could not be crawled, fetched, parsed, read or validated, each with its reason.",
            made_by=split_valid,
            deps=["page_refs", "snapshots", "pages", "claims"],
        )
    ],
    partitions_def=source_partitions(),
)
def quarantine(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[None]:
    """Show together what the stages of one source refused; each stage has already stored its part."""
    frame = project.lake().read("quarantine", context.partition_key)
    return materialised(
        "quarantine",
        frame,
        by_stage_and_check=counts_table(frame, ["stage", "check"]),
        by_reason=dg.MetadataValue.md(bars(dict(frame.group_by("check").len().rows()))),
    )


def _claims_per_page(claims: pl.DataFrame) -> dict[str, int]:
    """The pages with the most claims, by the end of their address."""
    counted = claims.group_by("url").len().sort(["len", "url"], descending=[True, False]).head(SHOWN_PAGES)
    return {url.split("/", 3)[-1]: count for url, count in counted.iter_rows()}
