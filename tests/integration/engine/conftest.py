"""A synthetic source in an archive, and homes that read it with different engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ingest import stages
from ingest.catalogue import Source
from ingest.engine import run as engine_run
from ingest.engine.local import end_pools
from ingest.engine.run import run_shards
from ingest.settings import Settings
from ingest.stages import open_catalogue
from tests.benchmarks.yearbooks import CATALOGUE, SOURCE_ID, write_site

PAGES = 60
SEED = 7


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("archive")
    write_site(root, PAGES, SEED)
    return root


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / f"{SOURCE_ID}.yaml").write_text(CATALOGUE, "utf-8")
    return folder


@pytest.fixture(scope="session")
def source(catalogue: Path) -> Source:
    settings = Settings(home=catalogue, lake_root="", sample_address="", catalogue_folder=catalogue)
    return open_catalogue(settings)[SOURCE_ID]


def settings_of(folder: Path, archive: Path, **chosen: object) -> Settings:
    home = Settings(home=folder, lake_root=str(folder / "lake"), sample_address="", archive_address=str(archive))
    return replace(home, **chosen)


def read_all(source: Source, settings: Settings) -> dict[str, int]:
    """Replay, parse, extract: how many pages the last two worked on."""
    stages.replay(source, settings)
    return {"parse": stages.parse(source, settings).worked_on, "extract": stages.extract(source, settings).worked_on}


def content(settings: Settings) -> dict[str, bytes]:
    """Every stored file of pages, claims and quarantine."""
    root = Path(settings.lake_root)
    files = [file for name in ("pages", "claims", "quarantine") for file in sorted((root / name).rglob("*"))]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if file.is_file()}


@pytest.fixture(scope="session")
def in_process(source: Source, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What reading in this process, page after page, stores."""
    settings = settings_of(tmp_path_factory.mktemp("in_process"), archive, workers=1)
    assert read_all(source, settings) == {"parse": PAGES, "extract": PAGES}
    return content(settings)


@pytest.fixture
def always_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start new processes even for few pages."""
    end_pools()
    monkeypatch.setattr(engine_run, "PAGES_WORTH_A_POOL", 0)


@pytest.fixture
def with_work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the stages send other work to the engine."""

    def use(**calls: object) -> None:
        monkeypatch.setattr(stages, "run_shards", partial(run_shards, **calls))

    return use


@pytest.fixture
def settings(tmp_path: Path, archive: Path) -> Settings:
    return settings_of(tmp_path, archive, workers=2)
