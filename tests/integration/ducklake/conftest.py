"""One lake beside one DuckDB file, both loaded from the scenarios of the models and built by the real dbt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.lake import Lake
from ingest.warehouse import load_raw
from tests.integration.dbt.conftest import PROJECT
from tests.integration.dbt.lake_scenarios import NOON, write_lake
from tests.integration.postgres_server import PostgresServer, postgres_or_skip

STORE, CATALOGUE = "UNION_WAREHOUSE_STORE", "UNION_WAREHOUSE_DUCKLAKE_CATALOGUE"
DATA, FILE = "UNION_WAREHOUSE_DUCKLAKE_DATA", "UNION_WAREHOUSE_DUCKDB"


@dataclass(frozen=True)
class Stores:
    """The same warehouse twice. `lake` is the path that stands for the lake; it is no file."""

    frames: Lake
    file: Path
    lake: Path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    yield from postgres_or_skip("duckdb_extension_ducklake", extra="ducklake")


@pytest.fixture(scope="session")
def lake_variables(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a program that keeps its warehouse in the lake."""
    postgres.create_database("lake")
    folder = tmp_path_factory.mktemp("ducklake")
    return postgres.variables() | {STORE: "ducklake", CATALOGUE: "dbname=lake", DATA: str(folder)}


@pytest.fixture(scope="session")
def stores(lake_variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Stores:
    folder = tmp_path_factory.mktemp("stores")
    made = Stores(Lake(str(folder / "frames")), folder / "warehouse.duckdb", folder / "warehouse.ducklake")
    write_lake(made.frames)
    load_raw(made.frames, made.file, loaded_at=NOON)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lake_variables.items():
            patch.setenv(name, value)
        load_raw(made.frames, made.lake, loaded_at=NOON)
    builds = {"duckdb": start_dbt(folder / "of_file", {FILE: str(made.file)})}
    builds["ducklake"] = start_dbt(folder / "of_lake", lake_variables | {FILE: str(made.lake)})
    for store, build in builds.items():
        output, _ = build.communicate(timeout=240)
        assert build.returncode == 0, f"{store}: {output[-4000:]}"
        assert f"target='{store}'" in output
    return made


def start_dbt(folder: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    """dbt build with all data tests, in a process of its own; the unit tests of the models ask no store."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "build", "--exclude-resource-type", "unit_test"],
        cwd=PROJECT,
        env=os.environ
        | {"DBT_PROFILES_DIR": str(PROJECT), "DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
        | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def in_lake(lake_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """This process keeps its warehouse in the lake."""
    for name, value in lake_variables.items():
        monkeypatch.setenv(name, value)
