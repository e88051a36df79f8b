"""The resources of the code location. This file holds nothing else (see `orchestration.defs`)."""

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.dbt_files import prepared_project
from orchestration.resources import Project


@dg.definitions
def resources() -> dg.Definitions:
    """Resources by the names that assets ask for."""
    return dg.Definitions(resources={"project": Project(), "dbt": DbtCliResource(project_dir=prepared_project())})
