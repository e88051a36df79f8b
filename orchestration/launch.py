"""Starting the jobs of the code location in this process, within the persistent instance.

Belongs here: what the command needs of Dagster. Importing this module loads all definitions (seconds).
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import dagster as dg

from ingest.settings import Settings
from orchestration.dbt_files import point_dbt_at_warehouse
from orchestration.definitions import defs
from orchestration.home import command_tags, end_dead_runs, open_instance, run_failures

QUIET = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}


class Launcher:
    """Runs jobs one after the other. Entering opens the instance and ends runs whose process died."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        point_dbt_at_warehouse(self.settings)
        self.instance = self._stack.enter_context(open_instance(self.settings))
        end_dead_runs(self.instance)
        self.definitions: dg.Definitions = defs()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def run(self, job: str, source_id: str | None = None) -> list[str]:
        """Run a job, for one source if given. Returns one sentence per failed step."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=source_id,
            run_config=QUIET,
            tags=command_tags(),
            raise_on_error=False,
        )
        failures = run_failures(result)
        return failures or ([] if result.success else [f"{job} failed without a failed step; see the log"])
