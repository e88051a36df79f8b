"""Undoing Content-Encoding piece by piece, with a bound on what comes out.

A few kilobytes of gzip can unfold into gigabytes; decompression therefore stops as soon as the bound is
passed, before the memory is taken.
"""

from __future__ import annotations

import zlib

from ingest.fetch.errors import BadEncodingError, TooLargeError

GZIP_WINDOW = 16 + zlib.MAX_WBITS
ENCODINGS = {"gzip": GZIP_WINDOW, "x-gzip": GZIP_WINDOW, "deflate": zlib.MAX_WBITS}
ACCEPT_ENCODING = "gzip, deflate"


class Inflater:
    """One layer of gzip or deflate. `feed` gives at most `limit` bytes in all, else raises TooLargeError."""

    def __init__(self, encoding: str, limit: int) -> None:
        self.encoding, self.limit = encoding, limit
        self.given = 0
        self._engine = zlib.decompressobj(ENCODINGS[encoding])
        self._is_first = True

    def feed(self, data: bytes) -> bytes:
        """Unfold the next piece. Raises BadEncodingError when it is not what the header said."""
        parts: list[bytes] = []
        while data:
            part = self._inflate(data)
            parts.append(part)
            self.given += len(part)
            if self.given > self.limit:
                raise TooLargeError(f"the body unfolds to more than {self.limit} bytes")
            data = self._engine.unconsumed_tail or self._next_member()
        return b"".join(parts)

    def finish(self) -> None:
        """Raise BadEncodingError when the compressed stream has no end (an empty body is fine)."""
        if not self._is_first and not self._engine.eof:
            raise BadEncodingError(f"the {self.encoding} body is cut short")

    def _inflate(self, data: bytes) -> bytes:
        room = self.limit - self.given + 1
        try:
            part = self._engine.decompress(data, room)
        except zlib.error as error:
            if not (self._is_first and self.encoding == "deflate"):
                raise BadEncodingError(f"the body is not {self.encoding}: {error}") from error
            # some servers send deflate without its zlib frame
            self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
            self._is_first = False
            return self._inflate(data)
        self._is_first = False
        return part

    def _next_member(self) -> bytes:
        """What follows a finished gzip member: another member, or padding that is dropped."""
        rest = self._engine.unused_data.lstrip(b"\0") if self._engine.eof else b""
        if self.encoding == "deflate" or not rest.startswith(b"\x1f\x8b"):
            return b""
        self._engine = zlib.decompressobj(GZIP_WINDOW)
        return rest


class Decoder:
    """All layers of a Content-Encoding header, outermost first."""

    def __init__(self, header: str, limit: int) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        names = [name for name in names if name and name != "identity"]
        unknown = [name for name in names if name not in ENCODINGS]
        if unknown or len(names) > 2:
            raise BadEncodingError(f"the content encoding {header!r} was not asked for and is not read")
        self.limit, self.given = limit, 0
        self._layers = [Inflater(name, limit) for name in reversed(names)]

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes of the next piece."""
        for layer in self._layers:
            data = layer.feed(data)
        self.given += len(data)
        if self.given > self.limit:
            raise TooLargeError(f"the body is larger than {self.limit} bytes")
        return data

    def finish(self) -> None:
        """Raise BadEncodingError when a layer is cut short."""
        for layer in self._layers:
            layer.finish()
