"""Is the archive still what was written? Every digest of every record, and every snapshot's body.

Belongs here: reading the archive to find damage. It changes nothing and needs no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import polars as pl

from ingest.fetch import warc
from ingest.fetch.archive import warc_files
from ingest.fetch.bodies import BodyReader
from ingest.fetch.storage import ArchiveError, ArchivePath, archive_path, open_for_reading


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written: the file, the byte, and what is wrong."""

    file: str
    offset: int
    problem: str


@dataclass(slots=True)
class Verification:
    """What was read, and the damage found. The archive is sound when `damages` is empty."""

    files: int = 0
    records: int = 0
    bodies: int = 0
    body_bytes: int = 0
    damages: list[Damage] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether every record and every snapshot checked out."""
        return not self.damages


def verify_archive(
    archive_root: str | ArchivePath,
    snapshots: pl.DataFrame | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Check all digests of all sources; with `snapshots` also that each row's body is there and is the right one."""
    found = Verification()
    stored: set[str] = set()
    root = archive_path(archive_root)
    for folder in sorted((path for path in root.glob("*") if path.is_dir()), key=lambda path: path.name):
        for file in warc_files(folder):
            found.files += 1
            _verify_file(file, f"{folder.name}/{file.name}", found, stored)
            if progress:
                progress(f"{file.name}: {found.records} records checked, {len(found.damages)} damaged")
    if snapshots is not None:
        found.damages.extend(_damaged_snapshots(root, snapshots))
    return found


def _verify_file(file: ArchivePath, name: str, found: Verification, stored: set[str]) -> None:
    end = 0
    with open_for_reading(file) as handle:
        for member in warc.read_members(handle):
            end = member.offset + member.length
            found.records += 1
            problem = _problem(member, found, stored)
            if problem:
                found.damages.append(Damage(name, member.offset, problem))
    size = file.stat().st_size
    if size > end:
        found.damages.append(Damage(name, end, f"the last {size - end} bytes hold no whole record"))


def _problem(member: warc.Member, found: Verification, stored: set[str]) -> str | None:
    """What is wrong with one record, or None."""
    try:
        record = warc.parse_record(member.data, check_digests=True)
    except ValueError as error:
        return str(error)
    body = record.raw_stream.read()
    if record.digest_checker.passed is False:
        return "; ".join(record.digest_checker.problems)
    digest = record.rec_headers.get_header("WARC-Payload-Digest")
    if record.rec_type in ("response", "resource"):
        if digest is None:
            return "the record has no payload digest"
        stored.add(digest)
        found.bodies += 1
        found.body_bytes += len(body)
    if record.rec_type == "revisit" and digest not in stored:
        return "the record repeats a body that no earlier record holds"
    return None


def _damaged_snapshots(root: ArchivePath, snapshots: pl.DataFrame) -> Iterator[Damage]:
    columns = ("warc_file", "warc_offset", "body_sha256", "url")
    with closing(BodyReader(root)) as bodies:
        for file, offset, expected, url in snapshots.select(columns).sort("warc_file", "warc_offset").iter_rows():
            try:
                body, _ = bodies.read(file, offset)
            except ArchiveError as error:
                yield Damage(file, offset, f"the body of {url} is missing: {error}")
                continue
            if warc.sha256_hex(body) != expected:
                yield Damage(file, offset, f"the body of {url} is not the one of its snapshot")
