"""The documentation asset: dbt's description of every table and its lineage as one static file."""

import dagster as dg

from ingest.files import write_at_once
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.dbt_files import PROJECT_FOLDER, Dbt, dbt_target, point_dbt_at_warehouse, project_digest
from orchestration.defs.models import dbt_models
from orchestration.links import file_link
from orchestration.resources import Project

STATIC_PAGE = "static_index.html"
MADE_FROM = "made_from.txt"


@dg.asset(
    deps=list(dbt_models.keys),
    group_name="publish",
    owners=OWNERS,
    metadata=file_link(PROJECT_FOLDER / "dbt_project.yml"),
    kinds={"dbt", "html"},
    pool=DUCKDB_POOL,
    description="The documentation of all tables, columns and their lineage: one file that opens without a network.",
)
def dbt_docs(context: dg.AssetExecutionContext, dbt: Dbt, project: Project) -> dg.MaterializeResult[None]:
    """Generate the documentation; when the dbt project did not change since, the stored file is kept."""
    settings = project.settings()
    point_dbt_at_warehouse(settings)
    page, mark = settings.docs_path, settings.docs_path.with_name(MADE_FROM)
    digest = project_digest(PROJECT_FOLDER)
    is_new = not page.exists() or not mark.exists() or mark.read_text(encoding="utf-8") != digest
    if is_new:
        made = dbt.cli(["docs", "generate", "--static"], target_path=dbt_target(settings)).wait()
        write_at_once(page, (made.target_path / STATIC_PAGE).read_bytes())
        write_at_once(mark, digest.encode())
    context.log.info("documentation at %s", page)
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(str(page)), "is_new": is_new, "bytes": page.stat().st_size},
        data_version=dg.DataVersion(digest),
    )
