"""Reading archived bodies: one at its place, or many with each file opened once.

Belongs here: place to bytes. Does not belong here: which places there are (`ingest.fetch.archive`).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO

from ingest.fetch import warc
from ingest.fetch.storage import ArchiveError, ArchivePath, archive_path, open_for_reading


class BodyReader:
    """Reads bodies of one archive; best in the order in which they are stored. To be closed."""

    def __init__(self, root: str | ArchivePath) -> None:
        self.root = archive_path(root)
        self._name = ""
        self._handle: BinaryIO | None = None

    def read(self, warc_file: str, warc_offset: int) -> tuple[bytes, str | None]:
        """The body stored at an offset (bytes) of an archive file, and its Content-Type. Raises ArchiveError."""
        name = PurePosixPath(warc_file)
        if name.is_absolute() or ".." in name.parts:
            raise ArchiveError(f"{warc_file} is not inside the archive")
        try:
            member = next(warc.read_members(self._open(warc_file), warc_offset))
            record = warc.parse_record(member.data)
        except (OSError, StopIteration, ValueError) as error:
            raise ArchiveError(f"{warc_file} has no whole record at byte {warc_offset}") from error
        if record.rec_type not in ("response", "resource"):
            raise ArchiveError(f"{warc_file} has a {record.rec_type} record at byte {warc_offset}, not a body")
        headers = record.http_headers or record.rec_headers
        return record.raw_stream.read(), headers.get_header("Content-Type")

    def close(self) -> None:
        """Close the file that is open."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _open(self, warc_file: str) -> BinaryIO:
        if self._handle is None or self._name != warc_file:
            self.close()
            self._handle = open_for_reading(self.root / warc_file)
            self._name = warc_file
        return self._handle
