"""What was already done, and from which input: one fingerprint per page, so that only new input is worked on.

Belongs here: comparing and storing fingerprints. A ledger is a small JSON file in the lake beside the frames,
`<root>/_ledger/<frame>/<source_id>.json`. Losing it costs time, never data.

Order of writing: `drop` before the frame is replaced, `remember` after. Whenever a process is killed, what
the ledger claims as done is really stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ingest.lake import Lake


def fingerprint(*parts: object) -> str:
    """A short hash of values; equal values give the same on every machine."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class Ledger:
    """The fingerprints of what a frame of one source was made from, by address, and how many rows it had."""

    def __init__(self, lake: Lake, frame: str, source_id: str) -> None:
        self.lake = lake
        self.path = f"{lake.root}/_ledger/{frame}/{source_id}.json"

    def unchanged(self, wanted: Mapping[str, str], stored_rows: int) -> set[str]:
        """Keys of `wanted` that were made from the same input before; none when the frame lost or gained rows."""
        rows, done = self._read()
        return {key for key, value in wanted.items() if done.get(key) == value} if rows == stored_rows else set()

    def drop(self) -> None:
        """Forget everything: the frame is about to be replaced."""
        if self.lake.fs.exists(self.path):
            self.lake.fs.rm_file(self.path)

    def remember(self, done: Mapping[str, str], stored_rows: int) -> None:
        """Store what the frame was made from."""
        content = {"rows": stored_rows, "done": dict(done)}
        self.lake.write_bytes(self.path, json.dumps(content, sort_keys=True).encode())

    def _read(self) -> tuple[int, dict[str, str]]:
        """What is stored; nothing when there is no file yet or it cannot be read."""
        if not self.lake.fs.exists(self.path):
            return -1, {}
        try:
            found = json.loads(self.lake.fs.cat_file(self.path))
            return int(found["rows"]), {str(key): str(value) for key, value in found["done"].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return -1, {}
