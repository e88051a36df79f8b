"""What of the lake is out of date, and why: pages that the next run would parse or read again.

Belongs here: comparing what is stored with what it would be made from now. It changes nothing and asks nobody, so
that pages that changed on a site and were not fetched yet are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.catalogue import Source
from ingest.engine import Shard, changed_pages, claims_shards, pages_shards, snapshot_refs, versions
from ingest.lake import Lake
from ingest.ledger import Ledger
from ingest.settings import Settings


@dataclass(frozen=True, slots=True)
class Stale:
    """So many pages of a source's frame are out of date; `of` is how many there are."""

    frame: str
    source_id: str
    pages: int
    of: int
    why: str


def stale_frames(source: Source, settings: Settings) -> list[Stale]:
    """What is out of date of one source; nothing when the next run would read no page again."""
    lake = Lake(settings.lake_root)
    refs = snapshot_refs(lake, source.source_id)
    pages = Ledger.read(lake, "pages", source.source_id)
    plans = {
        "pages": (*pages_shards(source, settings, refs, anew=False), len(refs)),
        "claims": (*claims_shards(source, settings, pages, anew=False), pages.total("pages")),
    }
    found = [_stale(lake, source, frame, *plan) for frame, plan in plans.items()]
    return [stale for stale in found if stale is not None]


def _stale(
    lake: Lake, source: Source, frame: str, shards: Mapping[str, Shard], inputs: Mapping[str, str], of: int
) -> Stale | None:
    ledger = Ledger.read(lake, frame, source.source_id)
    sizes = {file.name: file.size for file in lake.files(frame, source.source_id)}
    parts = ledger.stale(inputs, sizes)
    if not parts:
        return None
    count = sum(changed_pages(shards[part]) for part in parts)
    why = _changes(ledger.settled, versions(frame, source.region)) or _missing(ledger, sizes, parts)
    return Stale(frame, source.source_id, count, of, why)


def _changes(former: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Which versions changed since the frame was made, if any."""
    told = []
    for name, value in now.items():
        before = former.get(name, value)
        if before == value:
            continue
        if name == "extractor":
            told += _reader_changes(before, value)
        else:
            told.append(f"the {name} changed from {before or 'none'} to {value or 'none'}")
    return "; ".join(told)


def _reader_changes(before: str, now: str) -> list[str]:
    """An extractor's version is that of its code and the hash of the vocabulary."""
    names = ("extractor", "vocabulary")
    pairs = zip(names, before.partition("+")[::2], now.partition("+")[::2], strict=True)
    return [f"the {name} changed from {old} to {new}" for name, old, new in pairs if old != new]


def _missing(ledger: Ledger, sizes: Mapping[str, int], parts: list[str]) -> str:
    if not ledger.parts:
        return "never made"
    lost = [part for part in parts if part in ledger.parts and ledger.parts[part].size != sizes.get(part, 0)]
    return f"files are missing or incomplete: {', '.join(lost)}" if lost else "new or changed pages"
