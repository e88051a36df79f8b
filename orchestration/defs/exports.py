"""The publication asset: the marts as Parquet and CSV, which is what readers open."""

import dagster as dg

from ingest.publish import export_marts
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.defs.models import dbt_models
from orchestration.metadata import markdown_table
from orchestration.resources import Project

PUBLISHED_SCHEMA = "marts"


@dg.asset(
    deps=[key for key in sorted(dbt_models.keys) if key.path[0] == PUBLISHED_SCHEMA],
    group_name="publish",
    owners=OWNERS,
    kinds={"parquet", "csv"},
    pool=DUCKDB_POOL,
    description="Every published table as Parquet and CSV, replaced at once, with a manifest of columns and hashes.",
)
def exports(project: Project) -> dg.MaterializeResult[None]:
    """Write the tables of the marts; readers see the former files or the new ones."""
    settings = project.settings()
    tables = export_marts(settings.warehouse_path, settings.exports_root)
    rows = [(table["name"], table["rows"], table["description"].split("\n")[0]) for table in tables]
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(settings.exports_root)),
            "tables": dg.MetadataValue.md(markdown_table(["table", "rows", "about"], rows)),
            "dagster/row_count": sum(table["rows"] for table in tables),
        }
    )
