"""What was already done, and from which input: one line per part of a frame, so that only new input is worked on.

Belongs here: comparing and storing what parts were made from. A ledger is a small JSON file in the lake,
`<root>/_ledger/<frame>/<source_id>.json`; which pages of a part are new is told by the part itself (the inputs of
each page are kept in its file, see `ingest.engine.shards`). Losing a ledger costs time, never data.

Order of writing: `begin` before the first part is replaced, `finish` after the last. Whenever a process is killed,
what the ledger claims as done is really stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.lake import Lake


def fingerprint(*parts: object) -> str:
    """A short hash of values; equal values give the same on every machine."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a frame. `inputs` is empty while the part is being made; `size` is that of its file in bytes."""

    inputs: str = ""
    content: str = ""
    size: int = 0
    rows: int = 0
    pages: int = 0
    refused: int = 0


@dataclass(slots=True)
class Ledger:
    """The parts of one source's frame, and the versions of code and data (`settled`) with which they were made."""

    lake: Lake
    frame: str
    source_id: str
    parts: dict[str, Part] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, lake: Lake, frame: str, source_id: str) -> Ledger:
        """The stored ledger; an empty one when there is none yet or it cannot be read."""
        content = lake.read_ledger(frame, source_id)
        ledger = cls(lake, frame, source_id)
        try:
            parts = {str(name): Part(**values) for name, values in _mapping(content.get("parts")).items()}
            ledger.settled = {str(key): str(value) for key, value in _mapping(content.get("settled")).items()}
        except TypeError:
            return ledger
        ledger.parts = parts
        return ledger

    def stale(self, wanted: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
        """The parts of `wanted` (inputs by part) that were made from other inputs, or whose file is not the one made.

        `sizes` are those of the files that are there.
        """
        return [
            name
            for name, inputs in wanted.items()
            if (part := self.parts.get(name, Part())).inputs != inputs or part.size != sizes.get(name)
        ]

    def begin(self, wanted: Iterable[str], stale: Iterable[str]) -> None:
        """Note which parts there will be and which of them are about to be replaced."""
        being_made = set(stale)
        self.parts = {name: Part() if name in being_made else self.parts[name] for name in wanted}
        self._write()

    def finish(self, made: Mapping[str, Part], settled: Mapping[str, str]) -> None:
        """Store what was made, and with which versions."""
        self.parts |= made
        self.settled = dict(settled)
        self._write()

    @property
    def version(self) -> str:
        """A short hash of the content of all parts: it changes when a row does."""
        return fingerprint(*(f"{name}={part.content}" for name, part in sorted(self.parts.items())))[:16]

    def total(self, column: str) -> int:
        """The sum of `rows`, `pages`, `refused` or `size` over all parts."""
        return sum(int(getattr(part, column)) for part in self.parts.values())

    def _write(self) -> None:
        content = {"settled": self.settled, "parts": {name: asdict(part) for name, part in self.parts.items()}}
        path = self.lake.ledger_path(self.frame, self.source_id)
        self.lake.write_bytes(path, json.dumps(content, sort_keys=True).encode())


def _mapping(value: object) -> Mapping[object, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value
