"""The extract and validate stages: pages become `claims`; what any stage refused is gathered in `quarantine`."""

import dagster as dg
import polars as pl
from pydantic import Field

from ingest.lake import Lake
from ingest.stages import extract
from ingest.validate import split_valid
from orchestration.assets import lake_spec, materialised, parts_materialised
from orchestration.metadata import counts_table, markdown_table
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
    by_page, by_metric = _counts(lake, context.partition_key)
    mapped = by_metric.filter(pl.col("metric_code").is_not_null())
    return parts_materialised(
        "claims",
        result,
        lake,
        context.partition_key,
        mapped=sum(mapped["rows"].to_list()),
        unmapped=sum(by_metric.filter(pl.col("metric_code").is_null())["rows"].to_list()),
        pages_with_claims=by_page.height,
        by_metric=dg.MetadataValue.md(markdown_table(mapped.columns, mapped.rows())),
        claims_per_page=dg.MetadataValue.md(bars(_claims_per_page(by_page))),
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


def _counts(lake: Lake, source_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How many claims there are by page and by metric, most first; counted part by part."""
    counted = []
    for column in ("url", "metric_code"):
        empty = lake.read("claims", source_id, part="", columns=[column])
        parts = [part.group_by(column).len("rows") for part in (empty, *lake.each("claims", source_id, None, [column]))]
        together = pl.concat(parts).group_by(column).agg(pl.col("rows").sum().cast(pl.Int64))
        counted.append(together.sort("rows", column, descending=[True, False]))
    return counted[0], counted[1]


def _claims_per_page(by_page: pl.DataFrame) -> dict[str, int]:
    """The pages with the most claims, by the end of their address."""
    return {url.split("/", 3)[-1]: count for url, count in by_page.head(SHOWN_PAGES).iter_rows()}
