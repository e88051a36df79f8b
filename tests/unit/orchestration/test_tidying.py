"""Old runs go, but never the run that says what the stored data was made from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.tidying import Tidied, tidy
from orchestration.versions import latest

LATER = datetime.now(UTC) + timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def pages(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Prints a line, which becomes printed output of the run."""
    print("read")
    return dg.MaterializeResult(data_version=dg.DataVersion(context.run_id))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as local:
        yield local


def made(instance: dg.DagsterInstance, partition: str) -> str:
    return dg.materialize([pages], instance=instance, partition_key=partition).run_id


def test_a_run_whose_materialisations_were_superseded_is_removed(instance: dg.DagsterInstance) -> None:
    old, newest_of_a, newest_of_b = made(instance, "a"), made(instance, "a"), made(instance, "b")
    assert tidy(instance, LATER, LONG_AGO) == Tidied(1, 0, 2)
    assert {run.run_id for run in instance.get_runs()} == {newest_of_a, newest_of_b}
    assert old not in {run.run_id for run in instance.get_runs()}
    assert latest(instance, "pages", "a").tags["dagster/data_version"] == newest_of_a
    assert latest(instance, "pages", "b").tags["dagster/data_version"] == newest_of_b


def test_young_runs_stay(instance: dg.DagsterInstance) -> None:
    runs = {made(instance, "a"), made(instance, "a")}
    assert tidy(instance, LONG_AGO, LONG_AGO) == Tidied(0, 0, 0)
    assert {run.run_id for run in instance.get_runs()} == runs


def test_printed_output_may_go_before_its_run(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run_id = made(instance, "a")
    folder = tmp_path / "storage" / run_id
    assert any(folder.rglob("*.out"))
    assert tidy(instance, LONG_AGO, LATER) == Tidied(0, 1, 0)
    assert not folder.exists()
    assert instance.get_run_by_id(run_id).is_success


def test_a_run_at_work_is_left_alone(instance: dg.DagsterInstance) -> None:
    @dg.job
    def job() -> None: ...

    instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert tidy(instance, LATER, LATER) == Tidied(0, 0, 0)
    assert instance.get_runs_count() == 1
