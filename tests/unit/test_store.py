"""Where the warehouse is kept, as the environment says: bad settings are told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.settings import load_settings
from ingest.store import DuckLake, StoreError, connection_options, extension_file, lake_from_environment
from ingest.warehouse import WarehouseError, connect

LAKE = {
    "UNION_WAREHOUSE_DUCKLAKE_CATALOGUE": "dbname=lake host=db.example",
    "UNION_WAREHOUSE_DUCKLAKE_DATA": "/srv/lake",
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STORE", "DUCKLAKE_CATALOGUE", "DUCKLAKE_DATA", "DUCKDB_MEMORY", "DUCKDB_THREADS"):
        monkeypatch.delenv(f"UNION_WAREHOUSE_{name}", raising=False)


def test_without_settings_the_warehouse_is_a_file_with_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_HOME", str(tmp_path))
    path = load_settings().warehouse_path

    assert path == tmp_path / "warehouse.duckdb"
    assert connection_options(path) == {"threads": 2, "memory_limit": "1200MB", "temp_directory": f"{path}.tmp"}


def test_the_lake_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (LAKE | {"UNION_WAREHOUSE_STORE": "ducklake", "UNION_WAREHOUSE_HOME": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)

    assert load_settings().warehouse_path == tmp_path / "warehouse.ducklake"
    assert lake_from_environment() == DuckLake("dbname=lake host=db.example", "/srv/lake/")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DUCKLAKE_CATALOGUE", "", r"DUCKLAKE_CATALOGUE is not set: name the Postgres database"),
        ("DUCKLAKE_CATALOGUE", "dbname=lake password=secret", r"holds a password, .*: put it into PGPASSWORD"),
        ("DUCKLAKE_CATALOGUE", "postgresql://me:secret@db/lake", r"holds a password, .*: put it into PGPASSWORD"),
        ("DUCKLAKE_DATA", "", r"DUCKLAKE_DATA is not set: name the folder or s3:// address"),
        ("DUCKLAKE_DATA", "lake", r"DUCKLAKE_DATA='lake' is a relative folder: write it from the root"),
    ],
)
def test_a_lake_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    for known, setting in LAKE.items():
        monkeypatch.setenv(known, setting)
    monkeypatch.setenv(f"UNION_WAREHOUSE_{name}", value)

    with pytest.raises(StoreError, match=sentence) as told:
        lake_from_environment()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STORE", "sqlite", r"UNION_WAREHOUSE_STORE='sqlite' is no store: set it to duckdb or ducklake"),
        ("DUCKDB_MEMORY", "plenty", r"UNION_WAREHOUSE_DUCKDB_MEMORY='plenty' is no size: write a number and a unit"),
        ("DUCKDB_MEMORY", "80%", r"is no size"),
        ("DUCKDB_THREADS", "0", r"UNION_WAREHOUSE_DUCKDB_THREADS='0' is no number of threads: write a whole number"),
        ("DUCKDB_THREADS", "two", r"is no number of threads"),
    ],
)
def test_a_bad_setting_stops_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"UNION_WAREHOUSE_{name}", value)

    with pytest.raises(WarehouseError, match=sentence), connect(tmp_path / "warehouse.duckdb"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extension_names_its_package() -> None:
    with pytest.raises(StoreError, match=r"the package duckdb-extension-nosuch is not installed: .*\[ducklake\]"):
        extension_file("nosuch")
