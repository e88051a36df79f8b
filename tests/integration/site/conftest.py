"""The site of the small installation, built once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from ingest.publish.site.build import BuiltSite, build_site
from tests.integration.site.small_site import write_installation


@dataclass(frozen=True)
class SmallSite:
    """A built site and how it is built again."""

    home: Path
    built: BuiltSite

    def html(self, address: str) -> LexborHTMLParser:
        return LexborHTMLParser((self.built.folder / address).read_text("utf-8"))

    def text(self, address: str) -> str:
        return (self.built.folder / address).read_text("utf-8")


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    home = tmp_path_factory.mktemp("site") / "home"
    lake = write_installation(home)
    return SmallSite(home, build_site(home / "exports", lake, home / "site", home / "site_charts"))
