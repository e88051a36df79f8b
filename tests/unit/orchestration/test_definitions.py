"""The code location as a whole: a change of the graph is a reviewed difference of the snapshot."""

from __future__ import annotations

import time

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from ingest.schemas import FRAMES
from orchestration.assets import DUCKDB_POOL, HTTP_POOL
from orchestration.definitions import defs

# models below `staging` may stand on each other across folders; dbt holds their order
FLOW = {"reference": 0, "crawl": 1, "fetch": 2, "parse": 3, "extract": 4, "load": 5, "seeds": 5, "staging": 6}
FLOW |= {"intermediate": 7, "marts": 7, "checks": 7, "reports": 7, "publish": 8}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return defs()


@pytest.fixture(scope="module")
def repository(definitions: dg.Definitions) -> dg.RepositoryDefinition:
    return definitions.get_repository_def()


def test_everything_loads_and_can_be_run(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_loading_again_is_quick() -> None:
    started = time.monotonic()
    defs()
    assert time.monotonic() - started < 10


def test_jobs_schedules_and_sensors(repository: dg.RepositoryDefinition, snapshot: SnapshotAssertion) -> None:
    told = {
        "jobs": sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")),
        "schedules": sorted(schedule.name for schedule in repository.schedule_defs),
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }
    assert told == snapshot


def test_assets_and_their_groups(repository: dg.RepositoryDefinition, snapshot: SnapshotAssertion) -> None:
    graph = repository.asset_graph
    assert (
        sorted(f"{graph.get(key).group_name}: {key.to_user_string()}" for key in graph.get_all_asset_keys()) == snapshot
    )


def test_checks_that_hold_back_wrong_facts(repository: dg.RepositoryDefinition, snapshot: SnapshotAssertion) -> None:
    graph = repository.asset_graph
    blocking = [key for key in graph.asset_check_keys if graph.get_check_spec(key).blocking]
    assert sorted(key.to_user_string() for key in blocking if key.name == "keeps_its_model") == snapshot


def test_groups_follow_the_flow(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    for key in graph.get_all_asset_keys():
        group = graph.get(key).group_name
        parents = {graph.get(parent).group_name for parent in graph.get(key).parent_keys}
        assert all(FLOW[parent] <= FLOW[group] for parent in parents), (key, parents)


def test_every_asset_is_described_and_owned(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    bare = [key for key in graph.get_all_asset_keys() if not graph.get(key).description or not graph.get(key).owners]
    assert bare == []
    assert {key.path[-1] for key in graph.get_all_asset_keys()} >= set(FRAMES)


def test_steps_that_ask_sites_or_write_the_warehouse_are_pooled(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    pools = {key.to_user_string(): graph.get(key).pools for key in graph.get_all_asset_keys()}
    assert pools["page_refs"] == pools["snapshots"] == pools["fetch_log"] == {HTTP_POOL}
    for name in ("raw/claims", "marts/fct_union_metrics", "exports", "dbt_docs"):
        assert pools[name] == {DUCKDB_POOL}
