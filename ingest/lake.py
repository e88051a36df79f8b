"""Where frames live between stages: Parquet under an fsspec root, written atomically.

Layout: `<root>/<frame>/<source_id>/<part>.parquet`; frames that belong to no source use the source name `_`. A
reader never sees half a part, and a crash leaves the former one in place (`ingest.files`).

Large frames have a ledger, `<root>/_ledger/<frame>/<source_id>.json` (`ingest.ledger`), which is written last and
says which parts there are. A part that it does not name was left over by a run that died, and is not read.

Belongs here: parts as files. Does not belong here: from which input a part was made (`ingest.ledger`).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ingest.columns import COLUMNS
from ingest.files import open_root, put_at_once

NO_SOURCE = "_"
WHOLE = "all"
NOTHING = "\0"
LEDGERS = "_ledger"
# Beside the rows of a part: a JSON object that tells a hash of the rows of each page (by its address), so that who
# keeps a copy of the part need not compare it row by row.
CONTENTS = "union_warehouse.contents"
# Level 1 of zstd packs these frames as small as its default, level 3, in three quarters of the time.
COMPRESSION_LEVEL = 1


class LakeError(Exception):
    """A frame that cannot be read or written; the message names the frame and the file."""


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A file of the lake: its path, the source and part that its name tells, its size in bytes and its mark.

    The mark changes when the file is replaced (its ETag on an object store, else time and size).
    """

    path: str
    source_id: str
    name: str
    size: int
    mark: str


class Lake:
    """Reads and writes the frames named in `ingest.columns.COLUMNS` under one root (folder or fsspec URL)."""

    def __init__(self, root: str) -> None:
        self.address = root
        self.fs, self.root = open_root(root)

    def path(self, frame: str, source_id: str = NO_SOURCE, part: str = WHOLE) -> str:
        """The file that holds one part of a frame. Raises LakeError for an unknown frame."""
        if frame not in COLUMNS:
            raise LakeError(f"no frame is called {frame!r}; there are {', '.join(COLUMNS)}")
        return f"{self.root}/{frame}/{source_id}/{part}.parquet"

    def write(
        self,
        frame: str,
        data: pl.DataFrame,
        source_id: str = NO_SOURCE,
        part: str = WHOLE,
        about: Mapping[str, str] | None = None,
    ) -> str:
        """Write one part of a frame, replacing the former one at once. Returns the path.

        `about` is kept in the file beside the rows (see `about`).
        """
        return self.write_bytes(self.path(frame, source_id, part), parquet_bytes(frame, data, about))

    def write_if_changed(self, frame: str, data: pl.DataFrame) -> None:
        """Write a frame that belongs to no source, unless it is stored as it is: its mark then stays, too."""
        path, content = self.path(frame), parquet_bytes(frame, data)
        if not self.fs.exists(path) or self.fs.cat_file(path) != content:
            self.write_bytes(path, content)

    def write_bytes(self, target: str, content: bytes) -> str:
        """Write one file under the root at once: a reader sees the former content or the new. Returns the path."""
        put_at_once(self.fs, target, content)
        return target

    def replace(self, frame: str, parts: Mapping[str, pl.DataFrame], source_id: str = NO_SOURCE) -> None:
        """Write the parts of a source and remove its former parts that are not among them."""
        for part, data in parts.items():
            self.write(frame, data, source_id, part)
        self.keep_only(frame, source_id, parts)

    def keep_only(self, frame: str, source_id: str, parts: Mapping[str, object]) -> None:
        """Remove every part of a source that is not named."""
        for stored in self.files(frame, source_id):
            if stored.name not in parts:
                self.remove(frame, source_id, stored.name)

    def remove(self, frame: str, source_id: str, part: str) -> None:
        """Remove one part, if it is there."""
        path = self.path(frame, source_id, part)
        if self.fs.exists(path):
            self.fs.rm_file(path)

    def files(self, frame: str, source_id: str | None = None) -> list[StoredPart]:
        """All files of a frame, also those of a run that died, in order of source and name."""
        found = self.fs.glob(self.path(frame, source_id or "*", "*"), detail=True)
        return sorted((_stored(str(path), info) for path, info in found.items()), key=lambda part: part.path)

    def stored(self, frame: str, source_id: str | None = None) -> list[StoredPart]:
        """The parts of a frame that count: those that the source's ledger names, or all where there is none."""
        listed: dict[str, frozenset[str] | None] = {}
        kept = []
        for part in self.files(frame, source_id):
            if part.source_id not in listed:
                listed[part.source_id] = self._listed(frame, part.source_id)
            names = listed[part.source_id]
            if names is None or part.name in names:
                kept.append(part)
        return kept

    def parts(self, frame: str, source_id: str | None = None) -> list[str]:
        """The paths of the parts of a frame, of one source or of all, in order of name."""
        return [part.path for part in self.stored(frame, source_id)]

    def sources(self, frame: str) -> list[str]:
        """The sources that have parts of a frame."""
        return sorted({part.source_id for part in self.files(frame)})

    def read(
        self, frame: str, source_id: str | None = None, part: str | None = None, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """All rows of a frame (of one source, of one part, if given); an empty frame of the right types if none.

        With `columns` only these are read, which is how a large frame is looked at as a whole.
        """
        return pl.concat([self._empty(frame, columns), *self.each(frame, source_id, part, columns)])

    def each(
        self, frame: str, source_id: str | None = None, part: str | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pl.DataFrame]:
        """The rows of a frame part by part, so that no more than one part is held."""
        for stored in self.stored(frame, source_id):
            if part is None or stored.name == part:
                yield self.read_file(frame, stored.path, columns)

    def count(self, frame: str, source_id: str | None = None) -> int:
        """How many rows a frame has; only the ends of its files are read."""
        return sum(self.counts(frame, source_id).values())

    def counts(self, frame: str, source_id: str | None = None) -> dict[str, int]:
        """How many rows a frame has by source; only the ends of its files are read."""
        counts: dict[str, int] = {}
        for part in self.stored(frame, source_id):
            with self.fs.open(part.path, "rb") as handle:
                rows = pl.scan_parquet(handle).select(pl.len()).collect().item()
            counts[part.source_id] = counts.get(part.source_id, 0) + rows
        return counts

    def read_file(self, frame: str, file: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of one file. Raises LakeError when it is not Parquet of this frame."""
        try:
            content = self.fs.cat_file(file)
            data = pl.read_parquet(io.BytesIO(content), columns=list(columns) if columns else None)
        except pl.exceptions.PolarsError as error:
            raise LakeError(f"{file} cannot be read as Parquet: remove it and materialise {frame} again") from error
        if dict(data.schema) != {name: COLUMNS[frame][name] for name in columns or COLUMNS[frame]}:
            raise LakeError(f"{file} does not have the columns of {frame}: remove it and materialise {frame} again")
        return data

    def about(self, frame: str, source_id: str, part: str) -> dict[str, str]:
        """What was written beside the rows of a part; nothing when the part is missing or cannot be read."""
        path = self.path(frame, source_id, part)
        try:
            return dict(pl.read_parquet_metadata(io.BytesIO(self.fs.cat_file(path))))
        except (FileNotFoundError, pl.exceptions.PolarsError):
            return {}

    def _empty(self, frame: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        empty = pl.DataFrame(schema=COLUMNS[frame])
        return empty.select(columns) if columns else empty

    def ledger_path(self, frame: str, source_id: str) -> str:
        """The file that says which parts a source's frame has and from what they were made."""
        return f"{self.root}/{LEDGERS}/{frame}/{source_id}.json"

    def read_ledger(self, frame: str, source_id: str) -> dict[str, object]:
        """The content of a ledger; empty when there is none or it cannot be read."""
        try:
            content = json.loads(self.fs.cat_file(self.ledger_path(frame, source_id)))
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _listed(self, frame: str, source_id: str) -> frozenset[str] | None:
        parts = self.read_ledger(frame, source_id).get("parts")
        return frozenset(map(str, parts)) if isinstance(parts, dict) else None


def parquet_bytes(frame: str, data: pl.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    """A frame as the bytes of a Parquet file: equal rows give equal bytes."""
    buffer = io.BytesIO()
    ordered = data.select(list(COLUMNS[frame])).rechunk()
    ordered.write_parquet(buffer, compression_level=COMPRESSION_LEVEL, metadata=dict(about) if about else None)
    return buffer.getvalue()


def page_contents(rows: pl.DataFrame) -> dict[str, str]:
    """A hash of the rows of each page: equal rows in equal order give the same on every machine."""
    flat = [name for name, kind in rows.schema.items() if not kind.is_nested()]
    nested = [name for name in rows.columns if name not in flat]
    texts = [pl.col(name).cast(pl.String).fill_null(NOTHING) for name in flat]
    if nested:
        texts.append(pl.struct(nested).struct.json_encode())
    said = pl.concat_str(texts, separator="\x1f").str.join("\x1e")
    by_page = rows.group_by("url", maintain_order=True).agg(said.alias("said"))
    return {url: hashlib.sha256(text.encode()).hexdigest()[:16] for url, text in by_page.iter_rows()}


def _stored(path: str, info: Mapping[str, object]) -> StoredPart:
    *_, source_id, file = path.rsplit("/", 2)
    size = int(str(info.get("size") or 0))
    moment = info.get("ETag") or f"{info.get('mtime') or info.get('created')}/{info.get('ino', '')}"
    return StoredPart(path, source_id, file.removesuffix(".parquet"), size, f"{moment}/{size}")
