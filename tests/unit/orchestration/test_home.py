"""The persistent instance: its file, its limits, runs that died, and failures in one sentence."""

from __future__ import annotations

import os

import dagster as dg
import pytest
import yaml

from ingest.settings import Settings
from orchestration.assets import DUCKDB_POOL, HTTP_POOL
from orchestration.home import (
    HTTP_SLOTS,
    INSTANCE_FILE,
    command_tags,
    end_dead_runs,
    open_instance,
    prepare_home,
    run_failures,
    shorten_error,
)

DBT_MESSAGE = """dagster_dbt.errors.DagsterDbtCliRuntimeError: The dbt CLI process with command

`dbt build`

failed with exit code `1`.

Errors parsed from dbt logs:

\x1b[31mFailure in model rpt_checks (models/reports/rpt_checks.sql)\x1b[0m

  Runtime Error in model rpt_checks (models/reports/rpt_checks.sql)
  Conversion Error: Could not convert string
"""


@pytest.fixture(autouse=True)
def _restore_dagster_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")


def test_the_home_gets_the_projects_instance_file(home: Settings) -> None:
    folder = prepare_home(home)
    assert os.environ["DAGSTER_HOME"] == str(folder) == str(home.dagster_home)
    (folder / "dagster.yaml").write_text("stale: true\n", encoding="utf-8")
    prepare_home(home)
    assert (folder / "dagster.yaml").read_bytes() == INSTANCE_FILE.read_bytes()


def test_the_instance_sends_nothing_home_and_has_one_writer() -> None:
    instance = yaml.safe_load(INSTANCE_FILE.read_text(encoding="utf-8"))
    assert instance["telemetry"] == {"enabled": False}
    assert instance["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    assert instance["run_monitoring"]["enabled"]
    assert not instance["run_retries"]["retry_on_asset_or_op_failure"]


def test_fetching_has_more_places_than_writing(home: Settings) -> None:
    with open_instance(home) as instance:
        limits = instance.event_log_storage
        assert limits.get_concurrency_info(HTTP_POOL).slot_count == HTTP_SLOTS
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert DUCKDB_POOL not in limits.get_concurrency_keys()


def test_runs_of_a_dead_process_end_and_give_their_places_back(home: Settings) -> None:
    @dg.op
    def work() -> None: ...

    @dg.job
    def job() -> None:
        work()

    with open_instance(home) as instance:
        dead = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=command_tags())
        other = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        instance.event_log_storage.claim_concurrency_slot(HTTP_POOL, dead.run_id, "step")
        assert end_dead_runs(instance) == [dead.run_id]
        assert instance.get_run_by_id(dead.run_id).status is dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(other.run_id).status is dg.DagsterRunStatus.STARTED
        assert instance.event_log_storage.get_concurrency_info(HTTP_POOL).active_slot_count == 0
        assert end_dead_runs(instance) == []


def test_a_failed_step_is_told_by_its_innermost_cause() -> None:
    @dg.asset
    def broken() -> None:
        try:
            raise ValueError("the list page has no links")
        except ValueError as error:
            raise RuntimeError("outer") from error

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([broken], instance=instance, raise_on_error=False)
    assert run_failures(result) == ["broken: ValueError: the list page has no links"]


def test_of_dbts_long_message_the_failed_node_and_its_reason_are_told() -> None:
    told = shorten_error(DBT_MESSAGE)
    assert "Failure in model rpt_checks (models/reports/rpt_checks.sql)" in told
    assert "Conversion Error: Could not convert string" in told
    assert "\x1b" not in told
