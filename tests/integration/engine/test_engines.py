"""The engines: whichever runs the shards, and whatever dies meanwhile, the same bytes are stored."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import stages
from ingest.catalogue import Source
from ingest.engine import EngineError, make_shards
from ingest.engine import dask as dask_engine
from ingest.engine.plan import PAGES_PER_PART, part_of
from ingest.engine.run import tasks_of
from ingest.engine.shards import OtherVersionError, Shard
from ingest.lake import Lake
from ingest.settings import Settings, SettingsError, load_settings
from ingest.warehouse import connect, load_raw
from tests.benchmarks.yearbooks import SOURCE_ID, change_pages, write_site
from tests.integration.engine import workers
from tests.integration.engine.conftest import PAGES, SEED, content, read_all, settings_of

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A Dask cluster of two worker processes on the loopback."""
    distributed = pytest.importorskip("distributed", reason="the optional package distributed is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(**options) as cluster:
        yield cluster.scheduler_address


def test_a_pool_of_processes_stores_the_same_bytes(
    source: Source, settings: Settings, in_process: dict[str, bytes], always_pool: None
) -> None:
    assert read_all(source, settings) == {"parse": PAGES, "extract": PAGES}
    assert content(settings) == in_process


def test_a_dask_cluster_stores_the_same_bytes(
    source: Source, settings: Settings, in_process: dict[str, bytes], always_pool: None, scheduler: str
) -> None:
    on_dask = replace(settings, engine="dask", scheduler=scheduler)
    assert read_all(source, on_dask) == {"parse": PAGES, "extract": PAGES}
    assert content(on_dask) == in_process


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["local", "dask"])
def test_a_worker_killed_in_the_middle_changes_no_byte(
    source: Source, settings: Settings, in_process: dict[str, bytes], always_pool: None, engine: str,
    with_work: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    monkeypatch.setenv(workers.MARKER, str(tmp_path / "killed"))
    with_work(work=workers.die_once)
    if engine == "dask":
        distributed = pytest.importorskip("distributed", reason="the optional package distributed is not installed")
        options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
        cluster = distributed.LocalCluster(**options)
        request.addfinalizer(cluster.close)
        settings = replace(settings, engine="dask", scheduler=cluster.scheduler_address)
    read_all(source, settings)
    assert (tmp_path / "killed").exists()
    assert content(settings) == in_process


@pytest.mark.thorough
@pytest.mark.slow
def test_a_page_that_kills_its_reader_is_quarantined_and_its_neighbours_are_read(
    source: Source, settings: Settings, in_process: dict[str, bytes], always_pool: None, with_work: Callable[..., None]
) -> None:
    stages.replay(source, settings)
    with_work(work=workers.die_on_page, trial=workers.try_deadly)
    result = stages.parse(source, settings)
    rows = result.quarantine.filter(check="worker_survived")
    assert [url.removeprefix("http://synthetic.localhost") for url in rows["url"]] == [workers.DEADLY]
    assert "was ended 3 times" in rows["reason"][0]
    assert Lake(settings.lake_root).read("pages").height == PAGES - 1

    with_work()  # the cause is mended
    assert stages.parse(source, settings).worked_on == 0  # nothing else changed: the page waits for `anew`
    assert stages.parse(source, settings, anew=True).quarantine.filter(check="worker_survived").is_empty()
    stages.extract(source, settings)
    assert content(settings) == in_process


def test_only_parts_with_changed_pages_are_written(source: Source, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    write_site(archive, 60, SEED)
    settings = settings_of(tmp_path, archive, workers=1)
    read_all(source, settings)
    lake = Lake(settings.lake_root)
    before = {part.path: part.mark for frame in ("pages", "claims") for part in lake.files(frame)}
    assert read_all(source, settings) == {"parse": 0, "extract": 0}
    assert {part.path: part.mark for frame in ("pages", "claims") for part in lake.files(frame)} == before

    assert change_pages(archive, 60, SEED, 1 / 60) == 1
    assert read_all(source, settings) == {"parse": 1, "extract": 1}
    after = {part.path: part.mark for frame in ("pages", "claims") for part in lake.files(frame)}
    changed = [path for path in after if after[path] != before[path]]
    assert len(changed) == 2
    fresh = settings_of(tmp_path / "fresh", archive, workers=1)
    read_all(source, fresh)
    assert content(fresh) == content(settings)  # as if all had been read now


def test_a_loaded_lake_of_which_pages_changed_is_as_if_all_had_been_loaded_now(source: Source, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    write_site(archive, 60, SEED)
    settings = settings_of(tmp_path, archive, workers=1)
    read_all(source, settings)
    load_raw(Lake(settings.lake_root), settings.warehouse_path)
    change_pages(archive, 60, SEED, 5 / 60)
    read_all(source, settings)
    load_raw(Lake(settings.lake_root), settings.warehouse_path)
    fresh = settings_of(tmp_path / "fresh", archive, workers=1)
    read_all(source, fresh)
    load_raw(Lake(fresh.lake_root), fresh.warehouse_path)
    for table in ("pages", "claims", "quarantine"):
        assert rows_of(settings, table) == rows_of(fresh, table)
    assert rows_of(settings, "lake_pages", "mark") == rows_of(fresh, "lake_pages", "mark")
    stated = "claim_history WHERE retracted_at IS NULL"
    assert rows_of(settings, stated, "asserted_at") == rows_of(fresh, stated, "asserted_at")


@pytest.mark.parametrize(("workers", "sizes"), [(1, [1, 32, 8]), (2, [1, 5, 5, 5, 5, 5, 5, 5, 5])])
def test_updates_are_divided_among_the_workers(workers: int, sizes: list[int]) -> None:
    shards = [Shard("claims", "s", None, str(number), "lake", "archive", ()) for number in range(41)]
    known = frozenset(str(number) for number in range(1, 41))
    assert [len(task) for task in tasks_of(shards, known, workers)] == sizes


def rows_of(settings: Settings, table: str, without: str | None = None) -> list[tuple[object, ...]]:
    columns = f"* EXCLUDE ({without})" if without else "*"
    with connect(settings.warehouse_path, read_only=True) as connection:
        return connection.execute(f"SELECT {columns} FROM raw.{table} ORDER BY ALL").fetchall()


def test_a_volume_that_outgrows_its_part_is_cut_and_nothing_of_the_former_cut_stays(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    write_site(archive, 60, SEED)
    settings = settings_of(tmp_path, archive, workers=1)
    monkeypatch.setattr("ingest.engine.plan.PAGES_PER_PART", 1)
    read_all(source, settings)
    monkeypatch.undo()
    read_all(source, settings)
    fresh = settings_of(tmp_path / "fresh", archive, workers=1)
    read_all(source, fresh)
    assert content(fresh) == content(settings)


def test_parts_are_cut_by_volume_and_hash_of_the_address() -> None:
    assert part_of("http://a/1", 2018, PAGES_PER_PART) == "2018"
    assert part_of("http://a/1", None, 1) == "none"
    parts = {part_of(f"http://a/{number}", 2018, 3 * PAGES_PER_PART) for number in range(200)}
    assert parts == {f"2018-4-{bucket:04d}" for bucket in range(4)}


def test_a_worker_with_another_version_refuses(source: Source, settings: Settings) -> None:
    other = Shard("pages", source.source_id, source.region, "2001", settings.lake_root, "", (("parser", "0"),))
    with pytest.raises(OtherVersionError, match="install the same version of the project on all workers"):
        make_shards([other])


def test_dask_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"pip install union-metrics-warehouse\[dask\]"):
        next(dask_engine.run_on_dask([], "tcp://127.0.0.1:1", make_shards, lambda *_: 0))


def test_the_readme_tells_how_workers_are_best_started() -> None:
    command = (ROOT / "README.md").read_text("utf-8").partition("\ndask worker ")[0].rpartition("```sh\n")[2]
    told = dict(setting.split("=", 1) for setting in command.removeprefix("export ").split())
    assert told == dask_engine.WORKER_ENVIRONMENT


def test_the_workers_settings_are_ones_that_dask_knows() -> None:
    config = pytest.importorskip("dask.config", reason="the optional package distributed is not installed")
    pytest.importorskip("distributed")
    for name in dask_engine.WORKER_ENVIRONMENT:
        if name.startswith("DASK_"):
            assert config.get(name.removeprefix("DASK_").lower().replace("__", ".")) is not None


def test_dask_without_an_address_names_the_variable() -> None:
    with pytest.raises(EngineError, match="needs UNION_WAREHOUSE_SCHEDULER, such as"):
        next(dask_engine.run_on_dask([], None, make_shards, lambda *_: 0))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setattr(dask_engine, "CONNECT_SECONDS", 0.5)
        with pytest.raises(EngineError, match=f"no Dask scheduler answers at {address}"):
            next(dask_engine.run_on_dask([], address, make_shards, lambda *_: 0))


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("UNION_WAREHOUSE_ENGINE", "spark", "UNION_WAREHOUSE_ENGINE is 'spark'; it may be local or dask"),
        ("UNION_WAREHOUSE_WORKERS", "0", "UNION_WAREHOUSE_WORKERS is '0'; it must be a whole number of at least 1"),
        ("UNION_WAREHOUSE_WORKERS", "two", "UNION_WAREHOUSE_WORKERS is 'two'"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=sentence):
        load_settings()


def test_the_engine_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ENGINE": "dask", "WORKERS": "3", "SCHEDULER": "tcp://127.0.0.1:8786"}.items():
        monkeypatch.setenv(f"UNION_WAREHOUSE_{name}", value)
    settings = load_settings()
    assert (settings.engine, settings.workers, settings.scheduler) == ("dask", 3, "tcp://127.0.0.1:8786")


def test_the_source_of_these_tests_is_the_synthetic_one(source: Source) -> None:
    assert source.source_id == SOURCE_ID
