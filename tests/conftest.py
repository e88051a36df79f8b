"""What all tests share: a home of their own, and the embedded sample site."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sample import serve
from ingest.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose every folder lies in a new temporary one."""
    monkeypatch.setenv("UNION_WAREHOUSE_HOME", str(tmp_path / "home"))
    for name in ("UNION_WAREHOUSE_LAKE", "UNION_WAREHOUSE_CATALOGUE", "UNION_WAREHOUSE_SOURCES", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    return load_settings()


@pytest.fixture
def sample_home(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A home beside which the sample site answers."""
    with serve() as address:
        monkeypatch.setenv("UNION_WAREHOUSE_SAMPLE", address)
        yield load_settings()


@pytest.fixture(autouse=True)
def _quiet_dagster() -> None:
    logging.getLogger("dagster").setLevel(logging.ERROR)
