"""The manifest is made when it is missing or older than the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.settings import Settings
from orchestration.dbt_files import (
    WAREHOUSE_VARIABLE,
    is_stale,
    point_dbt_at_warehouse,
    project_digest,
    project_files,
    put_dbt_on_path,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one model whose manifest is up to date."""
    (tmp_path / "models").mkdir()
    (tmp_path / "target").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1", encoding="utf-8")
    os.utime(tmp_path / "models" / "a.sql", (1000, 1000))
    (tmp_path / "target" / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_manifest_younger_than_all_files_is_kept(project: Path) -> None:
    assert not is_stale(project / "target" / "manifest.json", project)


def test_a_missing_manifest_is_stale(project: Path) -> None:
    assert is_stale(project / "target" / "none.json", project)


def test_a_changed_model_makes_it_stale(project: Path) -> None:
    late = (project / "target" / "manifest.json").stat().st_mtime + 10
    os.utime(project / "models" / "a.sql", (late, late))
    assert is_stale(project / "target" / "manifest.json", project)


def test_what_dbt_writes_does_not_count(project: Path) -> None:
    (project / "target" / "compiled.sql").write_text("select 2", encoding="utf-8")
    assert [file.name for file in project_files(project)] == ["a.sql"]


def test_the_digest_follows_the_content(project: Path) -> None:
    before = project_digest(project)
    (project / "models" / "a.sql").write_text("select 2", encoding="utf-8")
    assert project_digest(project) != before


def test_dbt_is_told_the_absolute_path_of_the_warehouse(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, "")
    point_dbt_at_warehouse(home)
    assert os.environ[WAREHOUSE_VARIABLE] == str(home.warehouse_path)
    assert home.warehouse_path.is_absolute()


def test_the_environments_dbt_is_found_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    put_dbt_on_path()
    put_dbt_on_path()
    first, *rest = os.environ["PATH"].split(os.pathsep)
    assert Path(first, "dbt").exists()
    assert rest == ["/usr/bin"]
