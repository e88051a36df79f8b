"""Files that are replaced at once, locally and on any fsspec file system.

Belongs here: writing so that readers see the former content or the new, never half of it. Does not belong here:
which files there are (`ingest.lake`, `ingest.fetch.archive`).

On an object store a put (or a completed multipart upload) makes an object visible at once, so that content goes
straight to its final key; copying it there from a temporary key would cost a second transfer. Everywhere else
content is written under a temporary name and renamed.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "r2", "memory"})

FileSystem = Any  # fsspec has no types


class StorageError(Exception):
    """An address of files that cannot be used; the message names it and the mend."""


def write_at_once(target: Path, content: bytes) -> None:
    """Write a local file under a temporary name and rename it; folders are made as needed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex}.tmp")
    temporary.write_bytes(content)
    temporary.replace(target)


def open_root(root: str) -> tuple[FileSystem, str]:
    """The file system of an address and the path on it. Listings are never cached: other processes write too.

    Raises StorageError for an unknown kind of address, or one whose package is not installed.
    """
    try:
        file_system, path = fsspec.core.url_to_fs(root, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        mend = " (`pip install union-metrics-warehouse[s3]`)" if root.startswith(("s3:", "s3a:")) else ""
        raise StorageError(f"{root} cannot be opened: {' '.join(str(error).split())}{mend}") from error
    return file_system, str(path)


def is_local(file_system: FileSystem) -> bool:
    """Whether files of this file system are local ones."""
    return isinstance(file_system, LocalFileSystem)


def put_at_once(file_system: FileSystem, target: str, content: bytes) -> None:
    """Write one file of any file system so that no reader ever sees half of it."""
    protocol = file_system.protocol
    names = {protocol} if isinstance(protocol, str) else set(protocol)
    if names & OBJECT_STORES:
        file_system.pipe_file(target, content)
        return
    temporary = f"{target}.{uuid.uuid4().hex}.tmp"
    file_system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
    file_system.pipe_file(temporary, content)
    file_system.mv(temporary, target)


def remove_leftovers(target: Path) -> None:
    """Folders that a process which was killed left beside its place."""
    for leftover in target.parent.glob(f".{target.name}.*.*"):
        shutil.rmtree(leftover, ignore_errors=True)


def swap_in(staging: Path, target: Path) -> None:
    """Put the new folder in the place of the former one, which is removed only afterwards."""
    former = target.with_name(f".{target.name}.{uuid.uuid4().hex}.old")
    if target.exists():
        target.rename(former)
    try:
        staging.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
