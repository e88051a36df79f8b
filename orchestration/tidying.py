"""Removing old runs and their logs, which Dagster keeps for ever otherwise (`retention` is for ticks alone).

Belongs here: what may go. Does not belong here: when (`orchestration.defs.maintenance`).

The newest materialisation of an asset, or of one of its partitions, says what the stored data was made from. The
run that holds it is never removed, however old: without it everything would count as changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dagster import AssetKey, AssetRecordsFilter, DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
BATCH = 200


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was removed and what was kept of the old runs."""

    runs_removed: int
    logs_removed: int
    runs_kept_for_their_versions: int


def tidy(instance: DagsterInstance, runs_before: datetime, logs_before: datetime) -> Tidied:
    """Remove runs that ended before a time, and the printed output of those that ended before another."""
    old_runs = old_records(instance, runs_before)
    needed = runs_of_newest(instance, instance.all_asset_keys()) if old_runs else frozenset[str]()
    removed = [record.dagster_run.run_id for record in old_runs if record.dagster_run.run_id not in needed]
    with_old_logs = [record.dagster_run.run_id for record in old_records(instance, logs_before)]
    for run_id in dict.fromkeys([*with_old_logs, *removed]):
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    for run_id in removed:
        instance.delete_run(run_id)
    return Tidied(len(removed), len(with_old_logs), len(old_runs) - len(removed))


def old_records(instance: DagsterInstance, before: datetime) -> list[RunRecord]:
    """Finished runs that were created before a time, oldest first."""
    found: list[RunRecord] = []
    wanted = RunsFilter(statuses=FINISHED, created_before=before)
    cursor = None
    while batch := list(instance.get_run_records(wanted, limit=BATCH, cursor=cursor, ascending=True)):
        found += batch
        cursor = batch[-1].dagster_run.run_id
    return found


def runs_of_newest(instance: DagsterInstance, keys: Iterable[AssetKey]) -> frozenset[str]:
    """The runs that hold the newest materialisation of an asset or of one of its partitions."""
    needed: set[str] = set()
    for key in keys:
        partitions: list[str | None] = [None, *instance.get_materialized_partitions(key)]
        for partition in partitions:
            wanted = AssetRecordsFilter(key, asset_partitions=[partition] if partition else None)
            newest = instance.fetch_materializations(wanted, limit=1).records
            needed.update(record.run_id for record in newest)
    return frozenset(needed)
