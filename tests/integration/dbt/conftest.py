"""One small warehouse, built by the real dbt from a synthetic lake, shared by the tests of the models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.lake import Lake
from ingest.warehouse import connect, load_raw
from tests.integration.dbt.lake_scenarios import write_lake

PROJECT = Path(__file__).parents[3] / "dbt_project"


@dataclass(frozen=True)
class Built:
    """A warehouse that dbt has built, and what dbt said."""

    path: Path
    lake: Lake
    output: str

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with connect(self.path, read_only=True) as connection:
            return connection.execute(query).fetchall()


Build = Callable[[list[dict[str, object]] | None, Path | None], Built]


def run_dbt(warehouse: Path, *arguments: str, timeout: int = 240) -> subprocess.CompletedProcess[str]:
    """Run dbt on a warehouse; its own files go beside the warehouse."""
    folder = warehouse.parent
    return subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments],
        cwd=PROJECT,
        env=os.environ
        | {
            "UNION_WAREHOUSE_DUCKDB": str(warehouse),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A function that loads claims (the scenarios, if None are given) and builds all models on them."""

    def build_claims(claims: list[dict[str, object]] | None, corrections: Path | None = None) -> Built:
        folder = tmp_path_factory.mktemp("warehouse")
        lake = Lake(str(folder / "lake"))
        write_lake(lake, claims)
        load_raw(lake, folder / "warehouse.duckdb", corrections=corrections)
        done = run_dbt(folder / "warehouse.duckdb", "build")
        assert done.returncode == 0, done.stdout[-4000:]
        return Built(folder / "warehouse.duckdb", lake, done.stdout)

    return build_claims


@pytest.fixture(scope="session")
def built(build: Build) -> Built:
    """The warehouse of the scenarios."""
    return build(None, None)
