"""The documentation asset: dbt's description of every table and its lineage as one static file."""

import dagster as dg

from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.dbt_files import PROJECT_FOLDER, Dbt
from orchestration.defs.models import dbt_models
from orchestration.documentation import documentation_digest, make_documentation
from orchestration.links import file_link
from orchestration.resources import Project


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
    page = settings.docs_path
    is_new = make_documentation(settings, dbt)
    context.log.info("documentation at %s", page)
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(str(page)), "is_new": is_new, "bytes": page.stat().st_size},
        data_version=dg.DataVersion(documentation_digest(settings)),
    )
