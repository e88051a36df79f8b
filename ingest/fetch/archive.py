"""The archive: every answer ever fetched, in WARC files that are never rewritten, one folder per source.

Belongs here: files, the index over them, and what the archive knows about each page. Does not belong here:
the record format (`ingest.fetch.warc`) or when a page is asked for (`ingest.fetch.pages`).

Layout: `<root>/<source_id>/<source_id>-<UTC time>-<serial>.warc.gz` and `index.parquet` beside them. The
records of one page are written and synced in one piece. The index is only a shortcut: what it lacks (after
a crash) is read from the files themselves when the archive is next opened, and a torn end is cut off into
a file `*.torn`. A run always begins a new file.

The root may be any fsspec address. Files of an object store cannot grow: there a run writes its file in a local
spool folder, synced record by record as ever, and puts it to its place as a whole when it is full or the run ends.
What a dead run left in the spool is put there when the archive is next opened on that machine. The lock that keeps
two runs from one source is a local file, too: it holds for the processes of one machine. Runs on two machines write
files of different names and lose nothing; which pages were just asked for the other one does not know.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import io
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import polars as pl
from upath import UPath

from ingest.fetch import warc
from ingest.fetch.bodies import BodyReader
from ingest.fetch.client import PRODUCT, REDIRECTS, Hop, Response
from ingest.fetch.local import SavedPage
from ingest.fetch.storage import ArchiveError, ArchivePath, archive_path, open_for_reading
from ingest.files import put_at_once, write_at_once

MAX_FILE_BYTES = 256 * 1024 * 1024
INDEX_NAME = "index.parquet"
PAGE = frozenset({200, 203})
GONE = frozenset({404, 410})
Role = Literal["page", "list"]
FolderT = TypeVar("FolderT", Path, UPath, Path | UPath)
FACTS = ("volume_year", "category", "title", "discovered_from")

INDEX_SCHEMA: dict[str, pl.DataType] = {
    "url": pl.String(),
    "role": pl.String(),
    "target_url": pl.String(),
    "kind": pl.String(),
    "status": pl.Int64(),
    "recorded_at": pl.Datetime("us", "UTC"),
    "etag": pl.String(),
    "last_modified": pl.String(),
    "content_type": pl.String(),
    "body_sha256": pl.String(),
    "body_bytes": pl.Int64(),
    "warc_file": pl.String(),
    "warc_offset": pl.Int64(),
    "warc_length": pl.Int64(),
    "volume_year": pl.Int64(),
    "category": pl.String(),
    "title": pl.String(),
    "discovered_from": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the archive: the columns of `INDEX_SCHEMA`. `kind` is response, resource, revisit or other."""

    url: str
    target_url: str
    kind: str
    status: int
    recorded_at: dt.datetime
    body_sha256: str
    role: Role = "page"
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    body_bytes: int | None = None
    warc_file: str = ""
    warc_offset: int = 0
    warc_length: int = 0
    volume_year: int | None = None
    category: str | None = None
    title: str | None = None
    discovered_from: str | None = None

    @property
    def has_page(self) -> bool:
        """Whether the record holds a page's body (not an error page)."""
        return self.kind in ("response", "resource") and self.status in PAGE

    @property
    def is_same_page(self) -> bool:
        """Whether the record says that the page is unchanged."""
        return self.kind == "revisit" and (self.status in PAGE or self.status == 304)

    def facts(self) -> dict[str, str]:
        """What the list pages said about the page, as text."""
        return {name: str(value) for name in FACTS if (value := getattr(self, name)) is not None}


@dataclass(slots=True)
class PageState:
    """What the archive knows about one page: its newest body, when it was last checked, whether it is gone."""

    body: Entry | None = None
    error: Entry | None = None
    checked_at: dt.datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    is_gone: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take in the next record of the page, in order of time."""
        self.facts = entry.facts() or self.facts
        if entry.has_page:
            self.body = entry
            self.etag, self.last_modified = entry.etag, entry.last_modified
        elif entry.is_same_page:
            self.etag = entry.etag or self.etag
            self.last_modified = entry.last_modified or self.last_modified
        elif entry.kind == "response" and entry.status not in REDIRECTS:
            self.error = entry
        if entry.has_page or entry.is_same_page or entry.status in GONE:
            self.checked_at = entry.recorded_at
            self.is_gone = entry.status in GONE

    def validators(self) -> dict[str, str]:
        """Conditional headers for asking again; none when no body is stored."""
        if self.body is None:
            return {}
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}

    def snapshot(self, source_id: str, url: str, volume_year: int | None) -> dict[str, object] | None:
        """The page's row of `ingest.schemas.Snapshots`, or None when no body was ever stored."""
        if self.body is None:
            return None
        return {
            "source_id": source_id,
            "url": url,
            "volume_year": volume_year,
            "fetched_at": self.body.recorded_at,
            "checked_at": self.checked_at or self.body.recorded_at,
            "status": self.body.status,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "content_type": self.body.content_type,
            "body_sha256": self.body.body_sha256,
            "body_bytes": self.body.body_bytes,
            "warc_file": self.body.warc_file,
            "warc_offset": self.body.warc_offset,
            "robots_allowed": True,
            "unchanged_since": self.body.recorded_at,
            "is_gone": self.is_gone,
        }


class Archive:
    """The archive of one source, open for writing: one process at a time, any number of its threads."""

    def __init__(
        self,
        root: str | ArchivePath,
        source_id: str,
        *,
        spool: Path | None = None,
        max_file_bytes: int = MAX_FILE_BYTES,
        agent: str = PRODUCT,
    ) -> None:
        self.root, self.source_id = archive_path(root), source_id
        self.folder = self.root / source_id
        self.spool = self.root if isinstance(self.root, Path) else spool
        self.max_file_bytes, self.agent = max_file_bytes, agent
        self.states: dict[str, PageState] = {}
        self.lists: dict[str, PageState] = {}
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None
        self._file_name = ""
        self._serial = 0
        self._started = dt.datetime.now(dt.UTC)
        self._holder: BinaryIO | None = None

    def __enter__(self) -> Archive:
        self._local_folder.mkdir(parents=True, exist_ok=True)
        self._holder = _take_lock(self._local_folder / ".lock")
        try:
            for file, end in _ends_of_good_part(self._local_folder, self.source_id):
                _cut_torn_end(file, end)
            for left_over in warc_files(self._local_folder):
                self._ship(left_over)
            for entry in read_entries(self.root, self.source_id):
                self._remember(entry)
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._close_file()
            write_index(self.folder, self._entries)
        finally:
            self._release()

    def state(self, url: str, role: Role = "page") -> PageState:
        """What is known about a page or list page (an empty state for a new one)."""
        return (self.states if role == "page" else self.lists).get(url) or PageState()

    def body(self, entry: Entry) -> bytes:
        """The body that an entry of this archive holds. Raises ArchiveError."""
        spooled = (self._local_folder.parent / entry.warc_file).exists()
        root = self._local_folder.parent if spooled else self.root
        return read_body(root, entry.warc_file, entry.warc_offset)[0]

    @property
    def _local_folder(self) -> Path:
        """Where files are written: the archive's own folder, or the spool of a remote archive."""
        if self.spool is None:
            raise ArchiveError(f"{self.root} is not a local folder: writing to it needs a local spool folder")
        return self.spool / self.source_id

    def store(self, url: str, response: Response, facts: Mapping[str, str] | None = None, role: Role = "page") -> Entry:
        """Archive an answer: as a revisit when its body is already stored, else whole. Gives its entry.

        `facts` is what the list pages said about the page (see FACTS).
        """
        with self._lock:
            state, final = self.state(url, role), response.final
            known = _same_body(state, final)
            records = [record for hop in response.hops[:-1] for record in _pair(hop, url, role)]
            told = {name: str(value) for name, value in (facts or {}).items()}
            if told and told != state.facts:
                records.insert(0, warc.metadata_record(url, final.requested_at, told))
            records.append(warc.request_record(final, url, role))
            if known is None:
                records.append(warc.response_record(final, url, role))
            else:
                records.append(warc.revisit_record(final, url, role, known))
            file, offset, length = self._append(records)
            entry = replace(
                _entry_of_hop(url, final, known, told or state.facts),
                role=role,
                warc_file=file,
                warc_offset=offset,
                warc_length=length,
            )
            self._remember(entry)
            return entry

    def store_file(self, url: str, page: SavedPage, facts: Mapping[str, str]) -> Entry:
        """Archive a saved page that did not come over http, as a `resource` record."""
        with self._lock:
            moment = dt.datetime.now(dt.UTC)
            told = {name: str(value) for name, value in facts.items()}
            records = [warc.metadata_record(url, moment, told)] if told else []
            records.append(warc.resource_record(url, page.body, page.content_type, moment))
            file, offset, length = self._append(records)
            digest = warc.sha256_hex(page.body)
            bare = Entry(url, url, "resource", 200, moment, digest, content_type=page.content_type)
            entry = replace(
                _with_facts(bare, told),
                body_bytes=len(page.body),
                warc_file=file,
                warc_offset=offset,
                warc_length=length,
            )
            self._remember(entry)
            return entry

    def _remember(self, entry: Entry) -> None:
        self._entries.append(entry)
        states = self.states if entry.role == "page" else self.lists
        states.setdefault(entry.url, PageState()).add(entry)

    def _append(self, records: list[warc.Record]) -> tuple[str, int, int]:
        """Write records in one piece. Gives file, offset and length of the last one."""
        data, places = warc.serialise(records)
        if self._file is None or self._file.tell() > self.max_file_bytes:
            self._open_next_file()
        assert self._file is not None  # noqa: S101 (just opened)
        start = self._file.tell()
        self._write(data)
        offset, length = places[-1]
        return self._file_name, start + offset, length

    def _open_next_file(self) -> None:
        self._close_file()
        name = f"{self.source_id}-{self._started:%Y%m%dT%H%M%S%f}-{self._serial:05d}.warc.gz"
        self._serial += 1
        self._file = (self._local_folder / name).open("xb", buffering=0)
        self._file_name = f"{self.source_id}/{name}"
        info = {
            "software": PRODUCT,
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "classic",
            "http-header-user-agent": self.agent,
        }
        data, _ = warc.serialise([warc.warcinfo(name, info)])
        self._write(data)

    def _close_file(self) -> None:
        """End the file that is being written, and put it to its place."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._ship(self._local_folder / Path(self._file_name).name)

    def _ship(self, file: Path) -> None:
        """Put a finished file of the spool into the remote archive, whole or not at all. Raises ArchiveError."""
        target = self.folder / file.name
        if isinstance(target, Path):
            return
        try:
            target.fs.put_file(str(file), target.path)
        except OSError as error:
            raise ArchiveError(f"{target} cannot be written ({error}); the file is kept as {file}") from error
        file.unlink()

    def _write(self, data: bytes) -> None:
        """Write and sync; a write that fails half way (a full disk) is undone. Raises ArchiveError."""
        assert self._file is not None  # noqa: S101 (called after opening)
        start, rest = self._file.tell(), memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(start)
                self._file.seek(start)
            raise ArchiveError(f"{self._file_name} cannot be written ({error.strerror})") from error

    def _release(self) -> None:
        if self._holder is not None:
            self._holder.close()
            self._holder = None


def open_archive(
    root: str | ArchivePath, source_id: str, *, spool: Path | None = None, agent: str = PRODUCT
) -> Archive:
    """The archive of one source, to be used as a context manager. Entering raises ArchiveError if it is in use.

    `spool` is the local folder in which files of a remote archive are written before they are put there.
    """
    return Archive(root, source_id, spool=spool, agent=agent)


def read_body(archive_root: str | ArchivePath, warc_file: str, warc_offset: int) -> tuple[bytes, str | None]:
    """The body stored at an offset (bytes) of an archive file, and its Content-Type. Raises ArchiveError."""
    with contextlib.closing(BodyReader(archive_root)) as reader:
        return reader.read(warc_file, warc_offset)


def read_entries(root: str | ArchivePath, source_id: str) -> list[Entry]:
    """All records of a source with a page, in order of time: from the index, and from the files what it lacks."""
    folder = archive_path(root) / source_id
    indexed = _read_index(folder / INDEX_NAME)
    known_ends: dict[str, int] = {}
    for entry in indexed:
        known_ends[entry.warc_file] = max(known_ends.get(entry.warc_file, 0), entry.warc_offset + entry.warc_length)
    files = {f"{source_id}/{file.name}": file for file in warc_files(folder)}
    entries = [entry for entry in indexed if entry.warc_file in files]
    for name, file in files.items():
        if file.stat().st_size > known_ends.get(name, 0):
            entries += scan_file(file, name, known_ends.get(name, 0))
    return sorted(entries, key=lambda entry: (entry.recorded_at, entry.warc_file, entry.warc_offset))


def scan_file(file: ArchivePath, name: str, start: int = 0) -> list[Entry]:
    """The entries of one WARC file from an offset on, read from its records."""
    entries: list[Entry] = []
    told: dict[str, dict[str, str]] = {}
    with open_for_reading(file) as handle:
        for member in warc.read_members(handle, start):
            try:
                record = warc.parse_record(member.data)
            except ValueError:  # verify_archive tells about it
                continue
            page_url = record.rec_headers.get_header(warc.PAGE_FIELD)
            if record.rec_type == "metadata" and page_url:
                told[page_url] = _parse_facts(record.raw_stream.read())
            elif record.rec_type in ("response", "revisit", "resource") and page_url:
                entry = _entry_of_record(record, page_url, told.get(page_url, {}))
                entries.append(replace(entry, warc_file=name, warc_offset=member.offset, warc_length=member.length))
    return entries


def warc_files(folder: FolderT) -> list[FolderT]:
    """The WARC files of a source, oldest first."""
    return sorted(folder.glob("*.warc.gz"), key=lambda file: file.name)


def write_index(folder: ArchivePath, entries: Iterable[Entry]) -> None:
    """Write the index of a source's archive, replacing the former one at once."""
    rows = [{name: getattr(entry, name) for name in INDEX_SCHEMA} for entry in entries]
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=INDEX_SCHEMA, orient="row").write_parquet(buffer)
    target = folder / INDEX_NAME
    if isinstance(target, Path):
        write_at_once(target, buffer.getvalue())
    else:
        put_at_once(target.fs, target.path, buffer.getvalue())


def _read_index(file: ArchivePath) -> list[Entry]:
    """The entries of an index; none when it is missing, unreadable or of another shape (it is only a shortcut)."""
    if not file.exists():
        return []
    try:
        frame = pl.read_parquet(io.BytesIO(file.read_bytes()))
    except (OSError, pl.exceptions.PolarsError):
        return []
    if dict(frame.schema) != INDEX_SCHEMA:
        return []
    return [Entry(**row) for row in frame.iter_rows(named=True)]


def _take_lock(file: Path) -> BinaryIO:
    handle = file.open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise ArchiveError(f"{file.parent} is in use by another run; wait for it to end") from error
    return handle


def _ends_of_good_part(folder: Path, source_id: str) -> list[tuple[Path, int]]:
    """For each file that the index does not cover to its end: the byte after its last whole record."""
    indexed = _read_index(folder / INDEX_NAME)
    ends: dict[str, int] = {}
    for entry in indexed:
        ends[entry.warc_file] = max(ends.get(entry.warc_file, 0), entry.warc_offset + entry.warc_length)
    found = []
    for file in warc_files(folder):
        end = ends.get(f"{source_id}/{file.name}", 0)
        if file.stat().st_size > end:
            with file.open("rb") as handle:
                for member in warc.read_members(handle, end):
                    end = member.offset + member.length
            found.append((file, end))
    return found


def _cut_torn_end(file: Path, end: int) -> None:
    """Move what follows the last whole record into a file `*.torn`."""
    if file.stat().st_size <= end:
        return
    with file.open("r+b") as handle:
        handle.seek(end)
        with file.with_name(f"{file.name}.torn").open("ab") as kept:
            kept.write(handle.read())
        handle.truncate(end)


def _pair(hop: Hop, url: str, role: Role) -> list[warc.Record]:
    return [warc.request_record(hop, url, role), warc.response_record(hop, url, role)]


def _same_body(state: PageState, hop: Hop) -> Entry | None:
    """The stored record whose body this answer repeats, if any."""
    if hop.status == 304:
        return state.body
    former = state.body if hop.status in PAGE else state.error
    if former is None or (hop.status not in PAGE and former.status != hop.status):
        return None
    return former if former.body_sha256 == warc.sha256_hex(hop.body) else None


def _entry_of_hop(url: str, hop: Hop, known: Entry | None, facts: Mapping[str, str]) -> Entry:
    entry = Entry(
        url=url,
        target_url=hop.url,
        kind="response" if known is None else "revisit",
        status=hop.status,
        recorded_at=hop.requested_at,
        etag=_stored_header(hop, "ETag"),
        last_modified=_stored_header(hop, "Last-Modified"),
        content_type=_stored_header(hop, "Content-Type"),
        body_sha256=known.body_sha256 if known else warc.sha256_hex(hop.body),
        body_bytes=known.body_bytes if known else len(hop.body),
    )
    return _with_facts(entry, facts)


def _stored_header(hop: Hop, name: str) -> str | None:
    """A header as its record gives it back, so that index and records never differ."""
    value = hop.header(name)
    return None if value is None else warc.header_text(value)


def _entry_of_record(record: warc.Record, page_url: str, facts: Mapping[str, str]) -> Entry:
    fields, headers = record.rec_headers, record.http_headers
    body = b"" if record.rec_type == "revisit" else record.raw_stream.read()
    status = int(headers.get_statuscode()) if headers else 200
    entry = Entry(
        url=page_url,
        target_url=fields.get_header("WARC-Target-URI"),
        kind=record.rec_type,
        status=status,
        recorded_at=warc.parse_warc_date(fields.get_header("WARC-Date")),
        etag=headers.get_header("ETag") if headers else None,
        last_modified=headers.get_header("Last-Modified") if headers else None,
        content_type=(headers or fields).get_header("Content-Type"),
        body_sha256=warc.digest_to_hex(fields.get_header("WARC-Payload-Digest") or "") or warc.sha256_hex(body),
        role="list" if fields.get_header(warc.ROLE_FIELD) == "list" else "page",
        body_bytes=None if record.rec_type == "revisit" else len(body),
    )
    return _with_facts(entry, facts)


def _with_facts(entry: Entry, facts: Mapping[str, str]) -> Entry:
    year = facts.get("volume_year")
    return replace(
        entry,
        volume_year=int(year) if year else None,
        category=facts.get("category"),
        title=facts.get("title"),
        discovered_from=facts.get("discovered_from"),
    )


def _parse_facts(payload: bytes) -> dict[str, str]:
    facts: dict[str, str] = {}
    with contextlib.suppress(UnicodeDecodeError):
        for line in payload.decode("utf-8").splitlines():
            name, _, value = line.partition(": ")
            if name in FACTS:
                facts[name] = value
    return facts
