"""The archive alone gives the same claims: every later stage rebuilt from it, with no network."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import stages
from ingest.fetch import open_client
from ingest.lake import Lake
from ingest.settings import Settings
from ingest.stages import choose_sources, open_catalogue

pytestmark = pytest.mark.slow


def claim_files(settings: Settings) -> dict[str, bytes]:
    """The stored claims, file by file."""
    root = Path(settings.lake_root)
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted((root / "claims").rglob("*.parquet"))}


def test_replay_from_the_archive_alone_gives_byte_identical_claims(sample_home: Settings, tmp_path: Path) -> None:
    catalogue = open_catalogue(sample_home)
    sources = [catalogue[source_id] for source_id in choose_sources(catalogue, "sample")]
    with open_client(sample_home) as http:
        for source in sources:
            stages.crawl(source, sample_home, http)
            stages.fetch(source, sample_home, http)
            stages.parse(source, sample_home)
            stages.extract(source, sample_home)

    elsewhere = replace(sample_home, home=tmp_path / "elsewhere", lake_root=str(tmp_path / "elsewhere" / "lake"))
    shutil.copytree(sample_home.archive_root, elsewhere.archive_root)
    elsewhere = replace(elsewhere, sample_address="127.0.0.1:1")
    for source in sources:
        stages.replay(source, elsewhere)
        stages.parse(source, elsewhere)
        stages.extract(source, elsewhere)

    assert len(Lake(elsewhere.lake_root).read("claims")) > 100
    assert claim_files(elsewhere) == claim_files(sample_home)
