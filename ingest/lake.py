"""Where frames live between stages: Parquet under an fsspec root, written atomically.

Layout: `<root>/<frame>/<source_id>/<part>.parquet`; frames that belong to no source use the source
name `_`. A file is written under a temporary name and then renamed, so that a reader never sees half
a frame and a crash leaves the former one in place.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping

import fsspec
import polars as pl

from ingest.schemas import FRAMES, polars_schema

NO_SOURCE = "_"
WHOLE = "all"


class LakeError(Exception):
    """A frame that cannot be read or written; the message names the frame and the file."""


class Lake:
    """Reads and writes the frames named in `ingest.schemas.FRAMES` under one root (folder or fsspec URL)."""

    def __init__(self, root: str) -> None:
        self.fs, self.root = fsspec.core.url_to_fs(root)

    def path(self, frame: str, source_id: str = NO_SOURCE, part: str = WHOLE) -> str:
        """The file that holds one part of a frame. Raises LakeError for an unknown frame."""
        if frame not in FRAMES:
            raise LakeError(f"no frame is called {frame!r}; there are {', '.join(FRAMES)}")
        return f"{self.root}/{frame}/{source_id}/{part}.parquet"

    def write(self, frame: str, data: pl.DataFrame, source_id: str = NO_SOURCE, part: str = WHOLE) -> str:
        """Write one part of a frame, replacing the former one at once. Returns the path."""
        buffer = io.BytesIO()
        data.select(list(polars_schema(FRAMES[frame]))).write_parquet(buffer)
        return self.write_bytes(self.path(frame, source_id, part), buffer.getvalue())

    def write_bytes(self, target: str, content: bytes) -> str:
        """Write one file under the root at once: a reader sees the former content or the new. Returns the path."""
        temporary = f"{target}.{uuid.uuid4().hex}.tmp"
        self.fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        self.fs.pipe_file(temporary, content)
        self.fs.mv(temporary, target)
        return target

    def replace(self, frame: str, parts: Mapping[str, pl.DataFrame], source_id: str = NO_SOURCE) -> None:
        """Write the parts of a source and remove its former parts that are not among them."""
        written = {self.write(frame, data, source_id, part).rsplit("/", 1)[1] for part, data in parts.items()}
        for file in self.parts(frame, source_id):
            if file.rsplit("/", 1)[1] not in written:
                self.fs.rm_file(file)

    def parts(self, frame: str, source_id: str | None = None) -> list[str]:
        """The files of a frame, of one source or of all, in order of name."""
        pattern = self.path(frame, source_id or "*", "*")
        return sorted(str(found) for found in self.fs.glob(pattern))

    def read(self, frame: str, source_id: str | None = None, part: str = "*") -> pl.DataFrame:
        """All rows of a frame (of one source, if given); an empty frame of the right types if none is stored."""
        files = sorted(str(found) for found in self.fs.glob(self.path(frame, source_id or "*", part)))
        empty = pl.DataFrame(schema=polars_schema(FRAMES[frame]))
        return pl.concat([empty, *(self._read_file(frame, file) for file in files)])

    def _read_file(self, frame: str, file: str) -> pl.DataFrame:
        with self.fs.open(file, "rb") as handle:
            data = pl.read_parquet(handle.read())
        expected = polars_schema(FRAMES[frame])
        if dict(data.schema) != expected:
            raise LakeError(f"{file} does not have the columns of {frame}: remove it and materialise {frame} again")
        return data
