"""Lake and archive on an object store: the same bytes as on a local disk, and never half of anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from ingest import stages
from ingest.catalogue import Source
from ingest.fetch import open_client, verify_archive
from ingest.files import StorageError, open_root
from ingest.lake import Lake
from ingest.settings import Settings, load_settings
from ingest.stages import open_catalogue
from ingest.warehouse import connect, load_raw

moto = pytest.importorskip("moto.server", reason="moto[server] is not installed")
pytest.importorskip("s3fs", reason="the optional package s3fs is not installed")

pytestmark = pytest.mark.xdist_group("object_store")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 endpoint on the loopback."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """An empty bucket, and an environment that leads to it."""
    environment = {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    store = fsspec.filesystem("s3", use_listings_cache=False)
    store.mkdir("warehouse")
    yield "s3://warehouse"
    store.rm("warehouse", recursive=True)
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def remote(sample_home: Settings, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("UNION_WAREHOUSE_LAKE", f"{bucket}/lake")
    monkeypatch.setenv("UNION_WAREHOUSE_ARCHIVE", f"{bucket}/archive")
    return load_settings()


@pytest.fixture
def source(sample_home: Settings) -> Source:
    return open_catalogue(sample_home)["sample_gazetteers"]


def run_all(source: Source, settings: Settings) -> None:
    with open_client(settings) as http:
        stages.crawl(source, settings, http)
        stages.fetch(source, settings, http)
    read(source, settings)


def read(source: Source, settings: Settings) -> None:
    stages.parse(source, settings)
    stages.extract(source, settings)


def stored(settings: Settings) -> dict[str, bytes]:
    """The files of pages, claims and quarantine."""
    lake = Lake(settings.lake_root)
    files = [file for name in ("pages", "claims", "quarantine") for file in lake.files(name)]
    return {file.path.removeprefix(lake.root): lake.fs.cat_file(file.path) for file in files}


def test_all_stages_store_the_same_bytes_on_an_object_store(
    source: Source, sample_home: Settings, remote: Settings, bucket: str
) -> None:
    run_all(source, remote)
    local = dataclasses.replace(sample_home, archive_address=None)
    run_all(source, local)
    assert stored(remote) == stored(local) != {}
    assert str(remote.archive_root).startswith("s3://")
    names = fsspec.filesystem("s3", use_listings_cache=False).find(bucket)
    assert [name for name in names if name.endswith(".tmp")] == []
    assert verify_archive(remote.archive_root, Lake(remote.lake_root).read("snapshots")).is_sound

    assert stages.parse(source, remote).worked_on == stages.extract(source, remote).worked_on == 0
    before = stored(remote)
    stages.replay(source, remote)  # reads every record of the remote archive
    read(source, remote)
    assert stored(remote) == before

    counts = load_raw(Lake(remote.lake_root), remote.home / "remote.duckdb")
    assert counts["claims"] == Lake(remote.lake_root).read("claims").height > 0
    with connect(remote.home / "remote.duckdb", read_only=True) as connection:
        parts = connection.execute("SELECT DISTINCT lake_part FROM raw.claims").fetchall()
    assert parts == [("sample_gazetteers/none",)]


def test_a_second_run_finds_the_archive_and_asks_only_for_changes(source: Source, remote: Settings) -> None:
    run_all(source, remote)
    with open_client(remote) as http:
        assert stages.crawl(source, remote, http).worked_on > 0
        assert stages.fetch(source, remote, http).worked_on == 0
    assert set(Lake(remote.lake_root).read("fetch_log")["outcome"]) == {"unchanged"}


def test_what_a_dead_run_left_in_the_spool_is_put_into_the_archive(source: Source, remote: Settings) -> None:
    run_all(source, remote)
    folder = remote.archive_root / source.source_id
    file = next(iter(folder.glob("*.warc.gz")))
    spool = remote.spool_root / source.source_id
    whole = file.read_bytes()
    (spool / file.name).write_bytes(whole + b"\x1f\x8b half a record")
    file.unlink()
    with open_client(remote) as http:
        stages.fetch(source, remote, http)
    assert file.read_bytes() == whole
    assert list(spool.glob("*.warc.gz")) == []
    assert stages.parse(source, remote, anew=True).quarantine.is_empty()


def test_a_put_that_fails_leaves_the_former_part(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(f"{bucket}/lake")
    path = lake.write_bytes(f"{lake.root}/pages/a/2018.parquet", b"former")

    def refuse(*_: object, **__: object) -> None:
        raise OSError("the network is gone")

    with monkeypatch.context() as patch:
        patch.setattr(lake.fs, "pipe_file", refuse)
        with pytest.raises(OSError, match="network"):
            lake.write_bytes(path, b"new")
    assert lake.fs.cat_file(path) == b"former"
    assert [file.name for file in lake.files("pages")] == ["2018"]


@pytest.mark.parametrize("address", ["nowhere://bucket/lake", "s4://bucket"])
def test_an_unknown_kind_of_address_is_named(address: str) -> None:
    with pytest.raises(StorageError, match=f"{address} cannot be opened"):
        open_root(address)
