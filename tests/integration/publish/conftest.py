"""A home in which two releases were published: between them one page was revised, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest.lake import Lake
from ingest.publish.exports import export_marts
from ingest.publish.release import Published, publish_release
from ingest.settings import Settings
from ingest.warehouse import load_raw
from tests.integration.dbt.conftest import run_dbt
from tests.integration.dbt.lake_scenarios import claim, scenarios, write_lake

REVISED_PAGE = "yearbook-2018"
OLD_VALUE, NEW_VALUE = 5708000.0, 5711000.0


def printed() -> list[dict[str, object]]:
    """The scenarios, and a figure of a part of the members."""
    return [*scenarios(), claim("union_members", 1831000.0, year=2016, volume=2017, breakdown="worker_type=migrant")]


def revised() -> list[dict[str, object]]:
    """The scenarios with one page printed anew: one figure is another one, and all its claims get new ids."""
    return [_revise(row) if row["page_id"] == REVISED_PAGE else row for row in printed()]


def _revise(row: dict[str, object]) -> dict[str, object]:
    body = hashlib.sha256(b"printed anew").hexdigest()
    told = {
        "body_sha256": body,
        "claim_id": hashlib.sha256(f"{body}{row['claim_id']}".encode()).hexdigest()[:16],
    }
    if row["metric_code"] == "union_members" and row["obs_value"] == OLD_VALUE:
        told |= {"obs_value": NEW_VALUE, "value_low": NEW_VALUE - 500, "value_high": NEW_VALUE + 500}
    return row | told


@dataclass(frozen=True)
class Released:
    """The home, and how both publications ended."""

    settings: Settings
    first: Published
    second: Published

    @property
    def folder(self) -> Path:
        """The second release."""
        return self.settings.releases_root / self.second.release.release_id

    @property
    def first_folder(self) -> Path:
        return self.settings.releases_root / self.first.release.release_id

    def exported(self, query: str) -> list[tuple[object, ...]]:
        """Rows of a query over the exported Parquet, in which `{name}` stands for a table."""
        folder = self.settings.exports_root / "parquet"
        tables = {file.stem: f"'{file}'" for file in folder.glob("*.parquet")}
        return duckdb.connect().execute(query.format(**tables)).fetchall()


def build(settings: Settings, claims: list[dict[str, object]], *command: str) -> None:
    """From claims to exports, as the publishing job does it."""
    lake = Lake(settings.lake_root)
    write_lake(lake, claims)
    load_raw(lake, settings.warehouse_path, releases=settings.releases_root)
    done = run_dbt(settings.warehouse_path, *command)
    assert done.returncode == 0, done.stdout[-4000:]
    settings.dbt_manifest_path.parent.mkdir(exist_ok=True)
    shutil.copyfile(settings.home / "target" / "manifest.json", settings.dbt_manifest_path)
    export_marts(settings.warehouse_path, settings.exports_root)


def settings_at(home: Path) -> Settings:
    return Settings(home=home, lake_root=str(home / "lake"), sample_address="")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    settings = settings_at(tmp_path_factory.mktemp("releases") / "home")
    settings.home.mkdir()
    build(settings, printed(), "build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    first = publish_release(settings)
    build(settings, revised(), "run")
    return Released(settings, first, publish_release(settings))


@pytest.fixture
def copied(released: Released, tmp_path: Path) -> Settings:
    """A copy of that home, to be spoilt."""
    shutil.copytree(released.settings.home, tmp_path / "home", symlinks=True)
    return settings_at(tmp_path / "home")
