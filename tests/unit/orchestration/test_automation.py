"""Schedules and sensors: what changed is read, what was read is published, and nothing else is started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from ingest.settings import Settings
from orchestration.choice import VARIABLE
from orchestration.defs import sensors
from orchestration.defs.jobs import refresh_index
from orchestration.defs.schedules import nightly_refresh
from orchestration.defs.sensors import changed_claims, changed_pages, failed_runs
from orchestration.partitions import source_partitions
from orchestration.versions import INPUTS_TAG, PAGES_INPUTS, VERSION_TAG, WAREHOUSE_INPUTS, inputs_mark

SOURCE = "sample_yearbooks"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def record(instance: dg.DagsterInstance, asset: str | list[str], version: str, partition: str | None = SOURCE) -> None:
    """An asset was materialised with this version."""
    event = dg.AssetMaterialization(dg.AssetKey(asset), partition=partition, tags={VERSION_TAG: version})
    instance.report_runless_asset_event(event)


def record_made_from(instance: dg.DagsterInstance, asset: str | list[str], mark: str, partition: str | None) -> None:
    """An asset was materialised from inputs with this mark."""
    event = dg.AssetMaterialization(dg.AssetKey(asset), partition=partition, tags={INPUTS_TAG: mark, VERSION_TAG: "v"})
    instance.report_runless_asset_event(event)


def requests(sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> list[str | None]:
    """Partitions of the runs that a sensor asks for."""
    return [request.partition_key for request in run_requests(sensor, instance)]


def run_requests(sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """What a sensor asks for in one tick."""
    return [item for item in sensor(dg.build_sensor_context(instance)) if isinstance(item, dg.RunRequest)]


def test_nothing_is_read_before_anything_was_fetched(instance: dg.DagsterInstance) -> None:
    assert requests(changed_pages, instance) == []


def test_only_the_source_that_changed_is_read(instance: dg.DagsterInstance) -> None:
    for source_id in (SOURCE, "sample_gazetteers"):
        record(instance, "page_refs", "1", source_id)
        record(instance, "snapshots", "1", source_id)
        mark = inputs_mark(instance, PAGES_INPUTS, [source_id])
        record_made_from(instance, "pages", str(mark), source_id)
    assert requests(changed_pages, instance) == []
    record(instance, "snapshots", "2")
    assert requests(changed_pages, instance) == [SOURCE]


def test_a_check_that_found_nothing_new_starts_nothing(instance: dg.DagsterInstance) -> None:
    record(instance, "page_refs", "1")
    record(instance, "snapshots", "1")
    record_made_from(instance, "pages", str(inputs_mark(instance, PAGES_INPUTS, [SOURCE])), SOURCE)
    record(instance, "page_refs", "1")
    record(instance, "snapshots", "1")
    assert requests(changed_pages, instance) == []


def test_the_same_change_is_requested_once(instance: dg.DagsterInstance) -> None:
    record(instance, "snapshots", "1")
    [first], [second] = (run_requests(changed_pages, instance) for _ in range(2))
    assert first.run_key == second.run_key


def test_the_warehouse_is_built_after_claims_changed_and_not_again(instance: dg.DagsterInstance) -> None:
    assert requests(changed_claims, instance) == []
    record(instance, "claims", "1")
    assert requests(changed_claims, instance) == [None]
    mark = inputs_mark(instance, WAREHOUSE_INPUTS, source_partitions().get_partition_keys())
    record_made_from(instance, ["raw", "claims"], str(mark), None)
    assert requests(changed_claims, instance) == []
    record(instance, "quarantine", "2")
    assert requests(changed_claims, instance) == [None]


@pytest.mark.parametrize("sensor", [changed_pages, changed_claims])
def test_sensors_wait_while_a_source_is_being_read(instance: dg.DagsterInstance, sensor: dg.SensorDefinition) -> None:
    record(instance, "snapshots", "1")
    record(instance, "claims", "1")

    @dg.job(name="ingest_source")
    def job() -> None: ...

    instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert requests(sensor, instance) == []


def test_the_nightly_schedule_asks_each_chosen_source(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "sample")
    night = datetime(2026, 3, 1, 19, 15, tzinfo=UTC)
    tick = nightly_refresh(dg.build_schedule_context(scheduled_execution_time=night))
    asked = [(request.partition_key, request.run_key) for request in tick]
    assert asked == [
        ("sample_gazetteers", "sample_gazetteers:2026-03-01"),
        ("sample_statistics", "sample_statistics:2026-03-01"),
        ("sample_yearbooks", "sample_yearbooks:2026-03-01"),
    ]
    assert nightly_refresh.job_name == refresh_index.name


def test_everything_that_starts_by_itself_is_on() -> None:
    assert nightly_refresh.default_status is dg.DefaultScheduleStatus.RUNNING
    assert nightly_refresh.execution_timezone == "Asia/Shanghai"
    assert changed_pages.default_status is changed_claims.default_status is dg.DefaultSensorStatus.RUNNING


def test_a_failed_run_is_told_with_its_source_and_the_innermost_reason(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.op
    def page_refs() -> None:
        raise ConnectionError("no entry page was read")

    @dg.job
    def ingest_source() -> None:
        page_refs()

    told: list[dict[str, object]] = []
    monkeypatch.setattr(sensors, "tell_webhook", told.append)
    tags = {"dagster/partition": SOURCE}
    result = ingest_source.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    ).for_run_failure()
    failed_runs(context)
    [event] = told
    assert event["text"] == (
        "ingest_source of sample_yearbooks failed: page_refs: ConnectionError: no entry page was read"
    )
