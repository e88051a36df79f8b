"""Schedules: when sources are asked for news. Serves the Dagster concept "schedule"."""

from collections.abc import Iterator

import dagster as dg

from ingest.settings import load_settings
from ingest.stages import choose_sources, open_catalogue
from orchestration.choice import wanted_sources
from orchestration.defs.jobs import refresh_index

TIMEZONE = "Asia/Shanghai"


@dg.schedule(
    job=refresh_index,
    cron_schedule="15 3 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: ask each source of UNION_WAREHOUSE_SOURCES for new and changed pages.",
)
def nightly_refresh(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """One run per source, so that a source that fails holds up no other."""
    night = context.scheduled_execution_time.strftime("%Y-%m-%d")
    for source_id in choose_sources(open_catalogue(load_settings()), wanted_sources()):
        yield dg.RunRequest(run_key=f"{source_id}:{night}", partition_key=source_id)
