"""Saved pages as a source: folders of HTML and text files that stand on this machine.

Belongs here: finding and reading saved pages. Their addresses are `file://<source_id>/<path in the folder>`,
the same on every machine; the files go through the archive like fetched pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from ingest.catalogue import Source
from ingest.fetch.errors import FetchError

SCHEME = "file://"
CONTENT_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".txt": "text/plain"}

Complain = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page read from a file: its bytes and its content type."""

    body: bytes
    content_type: str


def is_local_url(url: str) -> bool:
    """Whether an address names a saved page."""
    return url.startswith(SCHEME)


def local_refs(source: Source, complain: Complain) -> Iterator[dict[str, object]]:
    """Rows of page_refs (without source_id) for every saved page of a source, in order of path."""
    for folder in source.folders:
        place = Path(folder)
        if not place.is_dir():
            complain(f"{SCHEME}{source.source_id}/", "no_folder", f"the folder {place.name} is not there")
            continue
        for file in sorted(place.rglob("*")):
            if file.is_file() and file.suffix.lower() in CONTENT_TYPES:
                yield _row(source, place, file)


def read_local(source: Source, url: str) -> SavedPage:
    """Read the saved page of an address. Raises FetchError when no folder of the source has it."""
    path = unquote(url.removeprefix(f"{SCHEME}{source.source_id}/"))
    for folder in source.folders:
        file = (Path(folder) / path).resolve()
        if file.is_relative_to(Path(folder).resolve()) and file.is_file():
            return _read(source, file)
    raise FetchError("no folder of the source has this file")


def _row(source: Source, folder: Path, file: Path) -> dict[str, object]:
    path = quote(file.relative_to(folder).as_posix())
    return {
        "url": f"{SCHEME}{source.source_id}/{path}",
        "volume_year": None,
        "category": None,
        "title": None,
        "discovered_from": folder.name,
    }


def _read(source: Source, file: Path) -> SavedPage:
    size = file.stat().st_size
    if size > source.pace.max_body_bytes:
        raise FetchError(f"the file has {size} bytes, more than `max_body_bytes`")
    return SavedPage(file.read_bytes(), CONTENT_TYPES[file.suffix.lower()])
