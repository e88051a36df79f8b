"""Sensors: what changed is read, what was read is published, what failed is told. Serves the concept "sensor".

A chain by versions, not by clock: `refresh_index` finds new or changed pages, then `changed_pages` reads that
source, then `changed_claims` rebuilds the warehouse. Where nothing changed nothing is started.
"""

from collections.abc import Iterator

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from orchestration.defs.jobs import everything, ingest_source, publish_warehouse, read_source, refresh_index
from orchestration.home import describe_failure
from orchestration.partitions import source_partitions
from orchestration.versions import PAGES_INPUTS, WAREHOUSE_INPUTS, inputs_mark, recorded_mark
from orchestration.webhook import tell_webhook

IN_PROGRESS = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
]
LAKE_JOBS = (ingest_source.name, read_source.name, everything.name)


@dg.sensor(
    job=read_source,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reads a source whose list of pages or whose bodies changed since it was last read.",
)
def changed_pages(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run per changed source; the same change is requested once."""
    if is_busy(context.instance, (*LAKE_JOBS, refresh_index.name)):
        yield dg.SkipReason("sources are still being fetched or read")
        return
    found = False
    for source_id in source_partitions().get_partition_keys():
        mark = inputs_mark(context.instance, PAGES_INPUTS, [source_id])
        if mark is not None and mark != recorded_mark(context.instance, "pages", source_id):
            found = True
            yield dg.RunRequest(run_key=f"{source_id}:{mark}", partition_key=source_id)
    if not found:
        yield dg.SkipReason("no source changed since it was last read")


@dg.sensor(
    job=publish_warehouse,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Rebuilds and publishes the warehouse when claims, pages or quarantine of a source changed.",
)
def changed_claims(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run for all changes together, once no source is being read any more."""
    if is_busy(context.instance, (*LAKE_JOBS, publish_warehouse.name)):
        yield dg.SkipReason("sources are still being read, or the warehouse is being built")
        return
    mark = inputs_mark(context.instance, WAREHOUSE_INPUTS, source_partitions().get_partition_keys())
    if mark is None or mark == recorded_mark(context.instance, ["raw", "claims"]):
        yield dg.SkipReason("nothing was read since the warehouse was last built")
        return
    yield dg.RunRequest(run_key=mark)


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells about every failed run: in the log, and to UNION_WAREHOUSE_WEBHOOK when that is set.",
)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """One sentence per failed run: job, source, and the reason."""
    run = context.dagster_run
    source_id = run.tags.get("dagster/partition")
    about = f"{run.job_name} of {source_id}" if source_id else run.job_name
    reasons = [describe_failure(event) for event in context.get_step_failure_events()]
    sentence = f"{about} failed: {'; '.join(reasons) or context.failure_event.message}"
    context.log.error(sentence)
    tell_webhook({"text": sentence, "job": run.job_name, "source": source_id, "run_id": run.run_id})


def is_busy(instance: dg.DagsterInstance, jobs: tuple[str, ...]) -> bool:
    """Whether a run of one of these jobs waits or is at work."""
    return any(instance.get_runs_count(RunsFilter(job_name=job, statuses=IN_PROGRESS)) for job in jobs)
