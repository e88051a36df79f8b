"""Pages that end the process which reads them: named, left out, and shown in quarantine.

Belongs here: the record of such a page and its quarantine row. Does not belong here: finding it
(`ingest.engine.local`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.engine.shards import Shard


@dataclass(frozen=True, slots=True)
class Poison:
    """A page to leave out, and why; without a reason it is left out silently (another call takes it)."""

    url: str
    reason: str


def poison_rows(shard: Shard) -> list[dict[str, object]]:
    """The quarantine rows of the pages that a shard leaves out."""
    return [
        {
            "source_id": shard.source_id,
            "stage": "parse" if shard.frame == "pages" else "extract",
            "key": poison.url,
            "url": poison.url,
            "column": None,
            "check": "worker_survived",
            "value": None,
            "reason": poison.reason,
        }
        for poison in shard.poison
        if poison.reason
    ]
