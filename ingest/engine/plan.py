"""Cutting a source into shards, by the year of the volume and, where that is large, by the hash of the address.

Belongs here: which page belongs to which part, and what a part is to be made from. The cut depends on the pages
alone, not on their order, nor on what was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields

from ingest.catalogue import Source
from ingest.engine.shards import Shard, versions
from ingest.lake import Lake
from ingest.ledger import Ledger, fingerprint
from ingest.records import SnapshotRef
from ingest.settings import Settings

NO_VOLUME = "none"
# A volume of more pages is cut into twice as many parts: a part holds 64 to 128 pages, or a whole small volume.
PAGES_PER_PART = 128


def snapshot_refs(lake: Lake, source_id: str) -> list[SnapshotRef]:
    """Where the bodies of a source's pages lie, with the titles that its list pages gave them."""
    refs = lake.read("page_refs", source_id, columns=["url", "title"])
    snapshots = lake.read("snapshots", source_id).join(refs, on="url", how="left", maintain_order="left")
    columns = [field.name for field in fields(SnapshotRef)]
    return [SnapshotRef(*row) for row in snapshots.select(columns).iter_rows()]


def pages_shards(
    source: Source, settings: Settings, refs: Iterable[SnapshotRef], *, anew: bool
) -> tuple[dict[str, Shard], dict[str, str]]:
    """The shards of `pages` by part, and the inputs by which a ledger knows each."""
    settled = versions("pages", source.region)
    shards: dict[str, Shard] = {}
    inputs: dict[str, str] = {}
    for part, members in _cut(refs).items():
        told = [(ref.url, ref.body_sha256, ref.volume_year, ref.title) for ref in members]
        inputs[part] = fingerprint(sorted(settled.items()), told)
        shards[part] = _shard(source, settings, "pages", part, anew=anew, refs=tuple(members))
    return shards, inputs


def claims_shards(
    source: Source, settings: Settings, pages: Ledger, *, anew: bool
) -> tuple[dict[str, Shard], dict[str, str]]:
    """The shards of `claims` by part, one for each part of `pages`, and the inputs by which a ledger knows each."""
    settled = versions("claims", source.region)
    parts = sorted(name for name, part in pages.parts.items() if part.inputs)
    inputs = {part: fingerprint(sorted(settled.items()), pages.parts[part].content) for part in parts}
    return {part: _shard(source, settings, "claims", part, anew=anew) for part in parts}, inputs


def _shard(
    source: Source, settings: Settings, frame: str, part: str, *, anew: bool, refs: tuple[SnapshotRef, ...] = ()
) -> Shard:
    return Shard(
        frame="pages" if frame == "pages" else "claims",
        source_id=source.source_id,
        region=source.region,
        part=part,
        lake_root=settings.lake_root,
        archive_root=str(settings.archive_root),
        settled=tuple(sorted(versions(frame, source.region).items())),
        refs=refs,
        anew=anew,
    )


def _cut(refs: Iterable[SnapshotRef]) -> Mapping[str, list[SnapshotRef]]:
    """Pages by part, each part in order of address."""
    ordered = sorted(refs, key=lambda ref: ref.url)
    sizes = Counter(ref.volume_year for ref in ordered)
    parts: dict[str, list[SnapshotRef]] = {}
    for ref in ordered:
        parts.setdefault(part_of(ref.url, ref.volume_year, sizes[ref.volume_year]), []).append(ref)
    return dict(sorted(parts.items()))


def part_of(url: str, volume_year: int | None, volume_pages: int) -> str:
    """The part of a page in a volume of so many pages: `2018`, or `2018-16-0003` for the fourth of sixteen."""
    volume = str(volume_year) if volume_year is not None else NO_VOLUME
    buckets = 1
    while volume_pages > buckets * PAGES_PER_PART:
        buckets *= 2
    if buckets == 1:
        return volume
    from ingest.parse.stage import page_id_of  # noqa: PLC0415 (the parser: only where volumes are large)

    return f"{volume}-{buckets}-{int(page_id_of(url)[:8], 16) % buckets:04d}"
