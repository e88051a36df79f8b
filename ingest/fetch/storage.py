"""Where archives may lie: a local folder, or any fsspec address (`s3://…`).

Belongs here: addresses as paths. Does not belong here: what stands in the files (`ingest.fetch.archive`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from upath import UPath

READ_AHEAD_BYTES = 1024 * 1024

ArchivePath = Path | UPath


class ArchiveError(Exception):
    """An archive that cannot be read or written; the message names the file."""


def archive_path(root: str | ArchivePath) -> ArchivePath:
    """An address as a path; listings are never cached, since other processes write too."""
    if isinstance(root, Path | UPath):
        return root
    return UPath(root, use_listings_cache=False) if "://" in root else Path(root)


def is_local(path: ArchivePath) -> bool:
    """Whether a path lies in a local folder, where files can be appended to and locked."""
    return isinstance(path, Path)


def open_for_reading(file: ArchivePath) -> BinaryIO:
    """A file for reading here and there; from a remote one, ranges are fetched with little read ahead."""
    if isinstance(file, Path):
        return file.open("rb")
    handle: Any = file.fs.open(file.path, "rb", block_size=READ_AHEAD_BYTES, cache_type="readahead")
    return handle  # type: ignore[no-any-return]
