"""`union-warehouse publish` and `union-warehouse releases`: making citable releases, listing and checking them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.cli_output import say
from ingest.releases import ReleaseError, find_problems, read_release, release_folders
from ingest.settings import load_settings

INTACT, BROKEN, READABLE = "intact", "broken", "not verified"
FIELDS = (
    "release_id", "published_at", "previous_release_id", "n_facts", "content_digest", "extractor_version",
    "rules_version", "software_version",
)  # fmt: skip
SHOWN = ("release_id", "published_at", "previous_release_id", "n_facts", "content_digest", "state")


def publish(release_id: str | None, *, force: bool) -> None:
    """Publish what was last exported, and say what came of it."""
    from ingest.publish.release import publish_release  # noqa: PLC0415 (brings SDMX along)

    settings = load_settings()
    done = publish_release(settings, release_id, force=force)
    if not done.is_new:
        say(
            f"Nothing changed since release {done.release.release_id}, so that no new one was made "
            "(--force makes one all the same)."
        )
        return
    say(f"release {done.release.release_id} with {done.release.n_facts} facts: {settings.releases_root / 'latest'}")


def list_stored(*, verify: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """One row per release folder, oldest first, and a sentence per thing that is not as it was published."""
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    for folder in release_folders(load_settings().releases_root):
        found = find_problems(folder) if verify else []
        try:
            told: dict[str, Any] = {**_fields(folder), "state": READABLE}
        except ReleaseError as error:
            found = found or [str(error)]
            told = dict.fromkeys(FIELDS) | {"release_id": folder.name}
        rows.append(told | {"state": BROKEN if found else INTACT if verify else READABLE})
        problems += found
    return sorted(rows, key=lambda row: (str(row["published_at"] or ""), row["release_id"])), problems


def _fields(folder: Path) -> dict[str, Any]:
    released = read_release(folder)
    fields = {name: getattr(released, name) for name in FIELDS}
    return fields | {"published_at": released.published_at.isoformat(timespec="seconds")}
