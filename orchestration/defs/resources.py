"""The resources of the code location. This file holds nothing else (see `orchestration.defs`)."""

import dagster as dg

from orchestration.dbt_files import Dbt, prepared_project
from orchestration.resources import Project


@dg.definitions
def resources() -> dg.Definitions:
    """Resources by the names that assets ask for."""
    return dg.Definitions(resources={"project": Project(), "dbt": Dbt(project_dir=prepared_project())})  # type: ignore[arg-type]
