"""The resources and the executor of the code location. This file holds nothing else (see `orchestration.defs`).

Steps run in the process of their run: starting a process per step costs more seconds than most steps take. Runs
are processes of their own, so several sources are still fetched and read at once.
"""

import dagster as dg

from orchestration.dbt_files import Dbt, prepared_project
from orchestration.resources import Project


@dg.definitions
def resources() -> dg.Definitions:
    """Resources by the names that assets ask for."""
    dbt = Dbt(project_dir=prepared_project())  # type: ignore[arg-type]
    return dg.Definitions(resources={"project": Project(), "dbt": dbt}, executor=dg.in_process_executor)
