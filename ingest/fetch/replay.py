"""The frames of crawl and fetch once more, from the archive alone: no network, no lake.

Belongs here: what makes every later stage repeatable. It changes nothing in the archive.
"""

from __future__ import annotations

import polars as pl

from ingest.columns import frame_of
from ingest.fetch.archive import Entry, PageState, read_entries, scan_file, warc_files
from ingest.fetch.storage import ArchivePath, archive_path

ARCHIVE = "archive"


def replay_source(
    archive_root: str | ArchivePath, source_id: str, *, by_index: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rebuild (page_refs, snapshots) of a source from its WARC files.

    page_refs holds every page that ever gave an answer, with what the list pages last said about it;
    snapshots are those that the last run left. Both are empty for a source without an archive. With `by_index` the
    archive's index is believed where it covers a file to its end, which is many times quicker; else every record
    is read.
    """
    if by_index:
        entries = read_entries(archive_root, source_id)
    else:
        files = warc_files(archive_path(archive_root) / source_id)
        entries = [entry for file in files for entry in scan_file(file, f"{source_id}/{file.name}")]
    states: dict[str, PageState] = {}
    for entry in sorted((entry for entry in entries if entry.role == "page"), key=_when):
        states.setdefault(entry.url, PageState()).add(entry)
    refs = [_ref(source_id, url, states[url]) for url in sorted(states)]
    rows = (states[url].snapshot(source_id, url, _year(states[url])) for url in sorted(states))
    return frame_of("page_refs", refs), frame_of("snapshots", [row for row in rows if row is not None])


def _when(entry: Entry) -> tuple[object, str, int]:
    return entry.recorded_at, entry.warc_file, entry.warc_offset


def _year(state: PageState) -> int | None:
    year = state.facts.get("volume_year")
    return int(year) if year else None


def _ref(source_id: str, url: str, state: PageState) -> dict[str, object]:
    return {
        "source_id": source_id,
        "url": url,
        "volume_year": _year(state),
        "category": state.facts.get("category"),
        "title": state.facts.get("title"),
        "discovered_from": state.facts.get("discovered_from", ARCHIVE),
    }
