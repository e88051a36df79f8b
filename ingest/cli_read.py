"""What the command reads of stored data: the catalogue, row counts, and where everything lies.

Facts and evidence come from the published files (`ingest.publish.read`).
"""

from __future__ import annotations

from typing import Any

from ingest.catalogue import load_catalogue, source_rows
from ingest.settings import load_settings

Rows = list[dict[str, Any]]


def list_sources() -> Rows:
    """The catalogue, one row per source."""
    return source_rows(load_catalogue(load_settings().catalogue_folder))


def frame_counts() -> Rows:
    """How many rows each frame of the lake has, by source."""
    from ingest.lake import Lake  # noqa: PLC0415 (imports the frames' models)
    from ingest.schemas import FRAMES  # noqa: PLC0415

    lake = Lake(load_settings().lake_root)
    rows: Rows = []
    for frame in FRAMES:
        for source_id in dict.fromkeys(file.rsplit("/", 2)[1] for file in lake.parts(frame)):
            rows.append({"frame": frame, "source": source_id, "rows": lake.count(frame, source_id)})
    return rows


def stale_rows() -> Rows:
    """What of the lake the next run would make again, and why."""
    from ingest.lake import Lake  # noqa: PLC0415 (imports the frames' models)
    from ingest.staleness import stale_frames  # noqa: PLC0415 (knows the readers' versions, hence imports them)

    settings = load_settings()
    catalogue = load_catalogue(settings.catalogue_folder)
    fetched = [source_id for source_id in Lake(settings.lake_root).sources("snapshots") if source_id in catalogue]
    return [
        {"frame": stale.frame, "source": stale.source_id, "stale pages": stale.pages, "of": stale.of, "why": stale.why}
        for source_id in fetched
        for stale in stale_frames(catalogue[source_id], settings)
    ]


def places() -> dict[str, str]:
    """Where everything lies."""
    settings = load_settings()
    return {
        "lake": settings.lake_root,
        "archive": str(settings.archive_root),
        "warehouse": str(settings.warehouse_path),
        "exports": str(settings.exports_root),
        "dbt documentation": str(settings.docs_path),
        "Dagster home": str(settings.dagster_home),
    }
