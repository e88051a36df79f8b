"""Saved pages as a source: folders of HTML, text and MHTML files, and WARC or WACZ files, on this machine.

Belongs here: finding and reading saved pages, without any network. A file in a folder is known as
`file://<source_id>/<path in the folder>`, the same on every machine; a page in a WARC or WACZ file keeps the
address it was saved from. A sidecar `NAME.meta.json` beside a file may say its `url` and `title`. Saved
pages go through our own archive like fetched ones.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator

from ingest.catalogue import Source
from ingest.fetch.errors import FetchError, TooLargeError
from ingest.fetch.urls import BadAddressError, canonical_url

SCHEME = "file://"
PLAIN_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".txt": "text/plain"}
MHTML_SUFFIXES = frozenset({".mht", ".mhtml"})
SIDECAR_SUFFIX = ".meta.json"

# address, check, reason
Complain = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The bytes of a saved page and their content type."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a saved page lies: a file, and for archive files the entry inside a WACZ and the offset in bytes."""

    url: str
    file: Path
    found_in: str
    entry: str | None = None
    offset: int | None = None
    saved_from: str | None = None
    title: str | None = None


class SavedPages:
    """All saved pages of a source, by address. What cannot be read is told to `complain`."""

    def __init__(self, source: Source, complain: Complain | None = None) -> None:
        self.source = source
        self.places: dict[str, Place] = {}
        complain = complain or _ignore
        for folder in source.folders:
            self._add(_places_in_folder(source, Path(folder), complain))
        for archive in source.archives:
            self._add(_places_in_archive(source, Path(archive), complain))

    def __contains__(self, url: str) -> bool:
        return url in self.places

    def read(self, url: str) -> SavedPage:
        """Read one page. Raises FetchError when it is not there any more, is too large or cannot be read."""
        place = self.places.get(url)
        if place is None:
            raise FetchError("no folder or archive of the source has this page any more")
        try:
            if place.offset is not None:
                return _read_archived(place, self.source.pace.max_body_bytes)
            return _read_file(place, self.source.pace.max_body_bytes)
        except OSError as error:
            raise FetchError(f"the file cannot be read: {error.strerror or error}") from error

    def _add(self, places: Iterator[Place]) -> None:
        # the newest capture of an address stands last in an archive and wins
        self.places.update((place.url, place) for place in places)


def _ignore(_url: str, _check: str, _reason: str) -> None:
    """What cannot be read was told by the crawl already."""


def is_file_url(url: str) -> bool:
    """Whether an address names a file of a folder."""
    return url.startswith(SCHEME)


def _places_in_folder(source: Source, folder: Path, complain: Complain) -> Iterator[Place]:
    if not folder.is_dir():
        complain(
            f"{SCHEME}{source.source_id}/{quote(folder.name)}", "no_folder", f"the folder {folder.name} is not there"
        )
        return
    for file in sorted(folder.rglob("*")):
        suffix = file.suffix.lower()
        if file.is_file() and (suffix in PLAIN_TYPES or suffix in MHTML_SUFFIXES):
            url = f"{SCHEME}{source.source_id}/{quote(file.relative_to(folder).as_posix())}"
            told = _sidecar(file)
            if suffix in MHTML_SUFFIXES:
                told = _mhtml_facts(file) | told
            yield Place(url, file, folder.name, saved_from=told.get("url"), title=told.get("title"))


def _sidecar(file: Path) -> dict[str, str]:
    """The `url` and `title` of a file's sidecar; nothing when there is none or it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        content = json.loads(file.with_name(f"{file.stem}{SIDECAR_SUFFIX}").read_text(encoding="utf-8"))
        return {key: value for key in ("url", "title") if isinstance(value := content.get(key), str)}
    return {}


def _mhtml_facts(file: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        with file.open("rb") as handle:
            message = email.message_from_binary_file(handle, policy=email.policy.default)
        url = message["Snapshot-Content-Location"] or message["Content-Location"]
        facts = {"url": url, "title": message["Subject"]}
        return {key: str(value).strip() for key, value in facts.items() if value}
    return {}


def _read_file(place: Place, limit: int) -> SavedPage:
    size = place.file.stat().st_size
    if size > limit:
        raise TooLargeError(f"the file has {size} bytes, more than {limit}")
    data = place.file.read_bytes()
    suffix = place.file.suffix.lower()
    return _read_mhtml(data) if suffix in MHTML_SUFFIXES else SavedPage(data, PLAIN_TYPES[suffix])


def _read_mhtml(data: bytes) -> SavedPage:
    """The page of an MHTML file: its first HTML part (pictures and styles are left out)."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() in ("text/html", "application/xhtml+xml"):
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                charset = part.get_content_charset()
                kind = part.get_content_type()
                return SavedPage(body, f"{kind}; charset={charset}" if charset else kind)
    raise FetchError("the MHTML file has no HTML part")


def _places_in_archive(source: Source, file: Path, complain: Complain) -> Iterator[Place]:
    try:
        for entry, handle in _streams(file):
            with handle:
                yield from _places_in_stream(source, file, entry, handle)
    except Exception as error:  # noqa: BLE001 - warcio and zipfile raise many unrelated kinds for broken files
        complain(
            f"{SCHEME}{source.source_id}/{quote(file.name)}", "bad_archive", f"{file.name} cannot be read on: {error}"
        )


def _streams(file: Path) -> Iterator[tuple[str | None, BinaryIO]]:
    """The WARC streams of a file: itself, or the entries below `archive/` of a WACZ."""
    if file.suffix.lower() != ".wacz":
        yield None, file.open("rb")
        return
    with zipfile.ZipFile(file) as bundle:
        for name in sorted(bundle.namelist()):
            if name.startswith("archive/") and name.endswith((".warc", ".warc.gz")):
                yield name, io.BytesIO(bundle.read(name))


def _places_in_stream(source: Source, file: Path, entry: str | None, handle: BinaryIO) -> Iterator[Place]:
    records = ArchiveIterator(handle)
    for record in records:
        url = record.rec_headers.get_header("WARC-Target-URI")
        if url and _is_page(record, source):
            with contextlib.suppress(BadAddressError):
                canonical = canonical_url(url, source.canonical)
                yield Place(canonical, file, file.name, entry, records.get_record_offset(), saved_from=url)


def _is_page(record: Any, source: Source) -> bool:
    headers = record.http_headers or record.rec_headers
    kind = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    if record.rec_type == "resource":
        return kind in source.content_types
    return record.rec_type == "response" and headers.get_statuscode() == "200" and kind in source.content_types


def _read_archived(place: Place, limit: int) -> SavedPage:
    handle = next(handle for entry, handle in _streams(place.file) if entry == place.entry)
    with handle:
        handle.seek(place.offset or 0)
        try:
            record = next(iter(ArchiveIterator(handle)))
            body = record.content_stream().read(limit + 1)
        except Exception as error:  # warcio raises many unrelated kinds
            raise FetchError(f"{place.file.name} has no readable record at byte {place.offset}: {error}") from error
        headers = record.http_headers or record.rec_headers
    if len(body) > limit:
        raise TooLargeError(f"the saved body is larger than {limit} bytes")
    return SavedPage(body, headers.get_header("Content-Type") or "text/html")
