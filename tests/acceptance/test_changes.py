"""What changed is recomputed, and nothing else: told by Dagster's materialisation events."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from ingest.sample import pages as sample_pages
from ingest.sample import serve
from ingest.sample import server as sample_server
from ingest.settings import load_settings
from orchestration.defs.sensors import changed_claims, changed_pages
from orchestration.launch import Launcher
from tests.acceptance.conftest import FinishedRun, Installation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

SOURCE = "sample_gazetteers"
PAGE = "/xianzhi/zixu/gonghui.html"
COUNTY = "子虚县"
OLD, NEW = "286", "287"


@pytest.fixture
def launcher(sample_run: FinishedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launcher]:
    """A copy of the finished sample run, ready for more runs."""
    home = tmp_path / "home"
    shutil.copytree(sample_run.installation.home, home, symlinks=True)
    monkeypatch.setenv("UNION_WAREHOUSE_HOME", str(home))
    for name in ("DAGSTER_HOME", "UNION_WAREHOUSE_DUCKDB"):
        monkeypatch.setenv(name, "")
    with Launcher(load_settings()) as opened:
        yield opened


@contextmanager
def site(monkeypatch: pytest.MonkeyPatch, replaced: tuple[str, str] | None = None) -> Iterator[None]:
    """The sample site, with one figure of one page printed otherwise if asked for."""
    resources = sample_pages.load_site()
    if replaced:
        body = resources[PAGE].body.replace(replaced[0].encode(), replaced[1].encode())
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        resources[PAGE] = dataclasses.replace(resources[PAGE], body=body, etag=etag)
    monkeypatch.setattr(sample_server, "load_site", lambda: resources)
    with serve() as address:
        monkeypatch.setenv("UNION_WAREHOUSE_SAMPLE", address)
        yield


def asked(sensor: dg.SensorDefinition, launcher: Launcher) -> list[str | None]:
    """Partitions of the runs that a sensor asks for now."""
    items = sensor(dg.build_sensor_context(launcher.instance))
    return [item.partition_key for item in items if isinstance(item, dg.RunRequest)]


def events(launcher: Launcher) -> dict[str, int]:
    """How often each asset was materialised so far."""
    keys = launcher.definitions.resolve_asset_graph().get_all_asset_keys()
    counted = {}
    for key in keys:
        found = launcher.instance.fetch_materializations(dg.AssetRecordsFilter(key), limit=1000).records
        counted[key.to_user_string()] = len(found)
    return counted


def test_nothing_new_on_the_site_starts_nothing_below_the_index(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (asked(changed_pages, launcher), asked(changed_claims, launcher)) == ([], [])
    before = events(launcher)
    with site(monkeypatch):
        assert launcher.run("refresh_index", SOURCE) == []
    assert (asked(changed_pages, launcher), asked(changed_claims, launcher)) == ([], [])
    again = {key for key, count in events(launcher).items() if count != before[key]}
    assert again == {"page_refs", "snapshots", "fetch_log", "source_index"}


def test_one_changed_page_recomputes_its_source_and_the_marts(
    launcher: Launcher, sample_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site(monkeypatch, replaced=(OLD, NEW)):
        assert launcher.run("refresh_index", SOURCE) == []
    assert asked(changed_pages, launcher) == [SOURCE]
    assert launcher.run("read_source", SOURCE) == []
    assert asked(changed_pages, launcher) == []
    assert asked(changed_claims, launcher) == [None]
    assert launcher.run("publish_warehouse") == []
    assert asked(changed_claims, launcher) == []
    told = Installation(launcher.settings.home).facts()
    former = sample_run.installation.facts()
    values = [set(frame.filter(pl.col("region_name") == COUNTY)["obs_value"]) for frame in (former, told)]
    assert values[0] - values[1] == {float(OLD)}
    assert values[1] - values[0] == {float(NEW)}
