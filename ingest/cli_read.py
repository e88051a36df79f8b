"""What the command reads of stored data: the catalogue, row counts, and where everything lies.

Facts and evidence come from the published files (`ingest.publish.read`).
"""

from __future__ import annotations

from typing import Any

from ingest.catalogue import load_catalogue, load_entries, source_rows
from ingest.settings import load_settings

Rows = list[dict[str, Any]]


def list_sources() -> Rows:
    """The catalogue, one row per source."""
    return source_rows(load_catalogue(load_settings().catalogue_folder))


def frame_counts() -> Rows:
    """How many rows each frame of the lake has, by source."""
    from ingest.columns import COLUMNS  # noqa: PLC0415 (polars, which a list of sources can do without)
    from ingest.lake import Lake  # noqa: PLC0415

    lake = Lake(load_settings().lake_root)
    rows: Rows = []
    for frame in COLUMNS:
        counts = lake.counts(frame)
        rows += [{"frame": frame, "source": source_id, "rows": count} for source_id, count in counts.items()]
    return rows


def stale_rows() -> Rows:
    """What of the lake the next run would make again, and why."""
    from ingest.lake import Lake  # noqa: PLC0415
    from ingest.staleness import stale_frames  # noqa: PLC0415 (knows the readers' versions, hence imports them)

    settings = load_settings()
    fetched = load_entries(Lake(settings.lake_root).sources("snapshots"), settings.catalogue_folder)
    return [
        {"frame": stale.frame, "source": stale.source_id, "stale pages": stale.pages, "of": stale.of, "why": stale.why}
        for source in fetched.values()
        for stale in stale_frames(source, settings)
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
