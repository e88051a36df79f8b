"""Release folders: what a release is, which ones there are, and whether they are as they were published.

A release is a folder `<root>/<release_id>` that is never written again. Beside the tables it holds `release.json`
(who it is, what went before, which content it has) and `SHA256SUMS` (the digest of every other file, in the form
that `sha256sum --check` reads). `<root>/latest` is a symbolic link to the newest one.

Belongs here: finding, reading and checking release folders. Does not belong here: making one
(`ingest.publish.release`) or loading them into the warehouse (`ingest.release_history`).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RELEASE_FILE = "release.json"
SUMS_FILE = "SHA256SUMS"
LATEST = "latest"
UNRELEASED = "unreleased"
ID_PATTERN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
RESERVED_IDS = frozenset({LATEST, UNRELEASED})


class ReleaseError(Exception):
    """A release that is not there, not as published, or cannot be made; the message names it and the mend."""


@dataclass(frozen=True, slots=True)
class Release:
    """What `release.json` says. `content_digest` is equal for equal published content, whatever the day."""

    release_id: str
    published_at: datetime
    previous_release_id: str | None
    content_digest: str
    extractor_version: str
    rules_version: str
    software_version: str
    n_facts: int

    def as_json(self) -> str:
        """The text of `release.json`."""
        fields = {**asdict(self), "published_at": self.published_at.isoformat()}
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def release_folders(root: Path) -> list[Path]:
    """The folders of releases, whole or not, in order of their names; what is being built is not among them."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if is_release_id(path.name) and path.is_dir())


def is_release_id(text: str) -> bool:
    """Whether a text may name a release: letters, digits, dots, dashes, and no name that has a meaning already."""
    return ID_PATTERN.fullmatch(text) is not None and text not in RESERVED_IDS


def read_release(folder: Path) -> Release:
    """What a folder says about itself. Raises ReleaseError where it says nothing that can be read."""
    file = folder / RELEASE_FILE
    try:
        told = json.loads(file.read_text("utf-8"))
        released = Release(**{**told, "published_at": datetime.fromisoformat(told["published_at"]).astimezone(UTC)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{file} cannot be read ({_reason(error)}): {_mend(folder)}") from error
    if released.release_id != folder.name:
        raise ReleaseError(f"{file} names the release {released.release_id!r}, not {folder.name!r}: {_mend(folder)}")
    return released


def list_releases(root: Path) -> list[Release]:
    """All releases, oldest first. Raises ReleaseError for a folder that cannot be read."""
    found = [read_release(folder) for folder in release_folders(root)]
    return sorted(found, key=lambda release: (release.published_at, release.release_id))


def checked_file(folder: Path, name: str) -> Path:
    """A file of a release whose digest is the published one. Raises ReleaseError where it is not."""
    problem = _problem(folder, name, read_sums(folder).get(name))
    if problem:
        raise ReleaseError(f"{problem}: {_mend(folder)}")
    return folder / name


def find_problems(folder: Path) -> list[str]:
    """What is not as it was published: one sentence per file that is changed, missing or was added."""
    try:
        read_release(folder)
        sums = read_sums(folder)
    except ReleaseError as error:
        return [str(error)]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {SUMS_FILE}
    told = [_problem(folder, name, sums.get(name)) for name in sorted(there | set(sums))]
    return [f"{problem}: {_mend(folder)}" for problem in told if problem]


def read_sums(folder: Path) -> dict[str, str]:
    """The digests of a release by path. Raises ReleaseError where the list is missing or malformed."""
    file = folder / SUMS_FILE
    try:
        lines = file.read_text("utf-8").splitlines()
        pairs = [line.split("  ", 1) for line in lines]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{file} cannot be read ({_reason(error)}): {_mend(folder)}") from error


def write_sums(folder: Path) -> None:
    """Write the digest of every file under a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS_FILE)
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS_FILE).write_text("".join(lines), "utf-8")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _problem(folder: Path, name: str, digest: str | None) -> str | None:
    path = folder / name
    if digest is None:
        return f"{path} is not listed in {SUMS_FILE}"
    if not path.is_file():
        return f"{path} is listed in {SUMS_FILE} and missing"
    return None if sha256_of(path) == digest else f"{path} was changed after publication (its SHA-256 is another one)"


def _mend(folder: Path) -> str:
    return f"put the folder back from a copy, or move it out of {folder.parent}"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return " ".join(str(error).split()) or type(error).__name__
