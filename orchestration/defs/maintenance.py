"""Maintenance: old runs and their printed output are removed once a week. No asset is touched."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import Field

from orchestration.defs.schedules import TIMEZONE
from orchestration.tidying import tidy


class TidyConfig(dg.Config):
    """How long history is kept."""

    keep_runs_days: int = Field(default=180, ge=1, description="Runs that ended earlier are removed from the history.")
    keep_logs_days: int = Field(default=30, ge=1, description="Printed output of runs that ended earlier is removed.")


@dg.op
def remove_old_runs(context: dg.OpExecutionContext, config: TidyConfig) -> None:
    """Remove what is older than is kept; runs that say what the stored data was made from stay."""
    now = datetime.now(UTC)
    done = tidy(
        context.instance, now - timedelta(days=config.keep_runs_days), now - timedelta(days=config.keep_logs_days)
    )
    context.log.info(
        "%d runs removed, output of %d runs removed, %d old runs kept since the stored data was made by them",
        done.runs_removed,
        done.logs_removed,
        done.runs_kept_for_their_versions,
    )
    context.add_output_metadata({"runs_removed": done.runs_removed, "logs_removed": done.logs_removed})


@dg.job(
    config=dg.RunConfig({"remove_old_runs": TidyConfig()}),
    description="Remove runs and printed output that are older than is kept; facts, pages and versions stay.",
)
def tidy_history() -> None:
    """One step."""
    remove_old_runs()


weekly_tidying = dg.ScheduleDefinition(
    name="weekly_tidying",
    job=tidy_history,
    cron_schedule="45 4 * * 0",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every Sunday: remove old runs and their printed output (`keep_runs_days`, `keep_logs_days`).",
)
