"""The persistent Dagster instance: its folder, its limits, and tidying up after processes that died.

Belongs here: DAGSTER_HOME and what must be true of it before a run. Does not belong here: runs themselves.

    python -m orchestration.home    prepares the instance of a deployment, and ends

UNION_WAREHOUSE_INSTANCE_FILE    the dagster.yaml to use instead of the project's own (SQLite under DAGSTER_HOME)
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from ingest.settings import Settings, load_settings
from orchestration.assets import HTTP_POOL

INSTANCE_FILE = Path(__file__).parent / "instance" / "dagster.yaml"
INSTANCE_VARIABLE = "UNION_WAREHOUSE_INSTANCE_FILE"
HTTP_SLOTS = 2
LAUNCHER_TAG = "union-warehouse/launched-by"
COMMAND = "command"
ANSI_CODES = re.compile(r"\x1b\[[0-9;]*m")
DBT_ERRORS = "Errors parsed from dbt logs:"
LONGEST_REASON = 600
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def prepare_home(settings: Settings) -> Path:
    """Make DAGSTER_HOME, put the project's dagster.yaml into it and name it in the environment. Returns it."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    target = home / INSTANCE_FILE.name
    wanted = Path(os.environ.get(INSTANCE_VARIABLE) or INSTANCE_FILE)
    if not target.exists() or target.read_bytes() != wanted.read_bytes():
        shutil.copyfile(wanted, target)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator[DagsterInstance]:
    """The instance of this installation, with its pool limits set."""
    prepare_home(settings)
    with DagsterInstance.get() as instance:
        if instance.event_log_storage.get_concurrency_info(HTTP_POOL).slot_count != HTTP_SLOTS:
            instance.event_log_storage.set_concurrency_slots(HTTP_POOL, HTTP_SLOTS)
        yield instance


def end_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark runs of the command that never ended as failed and give their pool places back. Returns their ids.

    To be called only by the one process that holds the lock of the command: every unfinished run of the
    command is then one whose process died. Runs of the daemon are watched by its run monitoring.
    """
    dead = instance.get_runs(filters=RunsFilter(statuses=UNFINISHED, tags={LAUNCHER_TAG: COMMAND}))
    for run in dead:
        instance.report_run_failed(run, "The process of this run ended before the run did.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def command_tags(location_name: str = "union_warehouse") -> dict[str, str]:
    """Tags of a run started by the command, so that the UI lists it under its job."""
    return {LAUNCHER_TAG: COMMAND, ".dagster/repository": f"__repository__@{location_name}"}


def run_failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """One sentence per failed step: its name and the innermost cause."""
    return [describe_failure(event) for event in result.all_events if event.is_step_failure]


def describe_failure(event: dg.DagsterEvent) -> str:
    """One sentence about a failed step: its name and the innermost cause."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    text = error.message if error is not None else "no reason was recorded"
    return f"{event.step_key}: {shorten_error(text)}"


def shorten_error(text: str) -> str:
    """What a person needs of an error message: of dbt's long one, the lines that name the failed node."""
    lines = [line.strip() for line in ANSI_CODES.sub("", text).splitlines() if line.strip()]
    if DBT_ERRORS in lines:
        parsed = lines[lines.index(DBT_ERRORS) + 1 :]
        telling = [line for line in parsed if " Error in " in line or line.startswith(("Failure in ", "Got "))]
        follow = [parsed[i + 1] for i, line in enumerate(parsed[:-1]) if " Error in " in line]
        return "; ".join(dict.fromkeys([*telling, *follow]))[:LONGEST_REASON] or parsed[0][:LONGEST_REASON]
    return " ".join(lines)[:LONGEST_REASON]


def main() -> None:
    """Make the home, bring the instance's tables up to the installed Dagster, set the pools' limits."""
    with open_instance(load_settings()) as instance:
        instance.upgrade()
        instance.reindex()


if __name__ == "__main__":
    main()
