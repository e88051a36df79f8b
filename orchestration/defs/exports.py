"""The publication asset: the marts as Parquet and CSV, which is what readers open."""

import dagster as dg
import polars as pl

from ingest.publish.exports import export_marts
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.defs.models import dbt_models
from orchestration.links import code_links
from orchestration.metadata import markdown_table
from orchestration.plots import heat_map
from orchestration.resources import Project

PUBLISHED_SCHEMA = "marts"


@dg.asset(
    deps=[key for key in sorted(dbt_models.keys) if key.path[0] == PUBLISHED_SCHEMA],
    group_name="publish",
    owners=OWNERS,
    metadata=code_links(export_marts),
    kinds={"parquet", "csv"},
    pool=DUCKDB_POOL,
    description="Every published table as Parquet and CSV, replaced at once, with a manifest of columns and hashes.",
)
def exports(project: Project) -> dg.MaterializeResult[None]:
    """Write the tables of the marts; readers see the former files or the new ones."""
    settings = project.settings()
    tables = export_marts(settings.warehouse_path, settings.exports_root)
    facts = pl.read_parquet(settings.exports_root / "parquet" / "fct_union_metrics.parquet")
    rows = [(table["name"], table["rows"], table["description"].split("\n")[0]) for table in tables]
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(settings.exports_root)),
            "tables": dg.MetadataValue.md(markdown_table(["table", "rows", "about"], rows)),
            "coverage": dg.MetadataValue.md(coverage_map(facts)),
            "dagster/row_count": sum(table["rows"] for table in tables),
        }
    )


def coverage_map(facts: pl.DataFrame) -> str:
    """How many metrics are published for each region and year."""
    counted = facts.group_by("region_name", "ref_year").agg(pl.col("metric_code").n_unique().alias("n"))
    counts = {(region, year): n for region, year, n in counted.drop_nulls().iter_rows()}
    regions = sorted({region for region, _ in counts})
    return heat_map(counts, regions, sorted({year for _, year in counts}))
