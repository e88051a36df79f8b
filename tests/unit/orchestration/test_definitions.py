"""The code location as a whole: a change of the graph is a reviewed difference of the snapshot."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from ingest.schemas import FRAMES
from orchestration.assets import DUCKDB_POOL, HTTP_POOL
from orchestration.definitions import defs

FLOW = {"reference": 0, "crawl": 1, "fetch": 2, "parse": 3, "extract": 4, "load": 5, "seeds": 5, "staging": 6}
FLOW |= {"intermediate": 7, "marts": 8, "checks": 9, "reports": 10, "publish": 11}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return defs()


@pytest.fixture(scope="module")
def repository(definitions: dg.Definitions) -> dg.RepositoryDefinition:
    return definitions.get_repository_def()


def test_everything_loads_and_can_be_run(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


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


def test_every_column_of_every_stored_table_is_described(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    bare = [
        f"{key.to_user_string()}.{column.name}"
        for key in graph.get_all_asset_keys()
        if (schema := graph.get(key).metadata.get("dagster/column_schema"))
        for column in schema.columns
        if not column.description
    ]
    assert bare == []


def test_every_check_says_in_a_sentence_what_it_asks(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    texts = {key.name: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    assert [name for name, text in texts.items() if not text] == []
    assert texts["unique_fct_union_metrics_observation_id"] == "No value of observation_id stands in two rows."
    assert (
        texts["relationships_fct_union_metrics_chosen_work_id__work_id__ref_dim_work_"]
        == "Every chosen_work_id is a work_id of dim_work."
    )


def test_every_asset_leads_to_its_code(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    links = {key: graph.get(key).metadata.get("dagster/code_references") for key in graph.get_all_asset_keys()}
    assert [key for key, link in links.items() if link is None] == []
    files = {reference.file_path for link in links.values() for reference in link.code_references}
    assert [file for file in files if not Path(file).is_file()] == []


def test_steps_that_ask_sites_or_write_the_warehouse_are_pooled(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    pools = {key.to_user_string(): graph.get(key).pools for key in graph.get_all_asset_keys()}
    assert pools["page_refs"] == pools["snapshots"] == pools["fetch_log"] == {HTTP_POOL}
    for name in ("raw/claims", "marts/fct_union_metrics", "exports", "dbt_docs"):
        assert pools[name] == {DUCKDB_POOL}
