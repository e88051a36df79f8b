"""WARC 1.1 records (ISO 28500): made from answers, and read back one gzip member at a time.

Belongs here: the format. Does not belong here: files, folders and what is known about a page
(`ingest.fetch.archive`).

Each record is its own gzip member, so that it can be read by its offset alone and a torn file is good up
to its last whole member. Bodies are stored decoded, hence their digest is the body hash of a snapshot; the
server's Content-Encoding, Transfer-Encoding and Content-Length stand under `X-Archive-Orig-` names. The
field `Page-URI` names the page that a record belongs to, also where a redirect led elsewhere; `Page-Role`
says whether it is a page to read or a list page.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.fetch.client import Headers, Hop

PAGE_FIELD = "Page-URI"
ROLE_FIELD = "Page-Role"
SERVER_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_RENAMED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_READ_BYTES = 256 * 1024

Record = Any  # warcio has no types

builder = RecordBuilder(warc_version="1.1")


class Stored(Protocol):
    """A body that an earlier record holds: its address, its time, its hash."""

    @property
    def target_url(self) -> str: ...  # noqa: D102
    @property
    def recorded_at(self) -> dt.datetime: ...  # noqa: D102
    @property
    def body_sha256(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Member:
    """One whole gzip member of a WARC file: where it lies (bytes) and its unfolded content."""

    offset: int
    length: int
    data: bytes


def sha256_hex(body: bytes) -> str:
    """The body hash used throughout the project."""
    return hashlib.sha256(body).hexdigest()


def payload_digest(body_sha256: str) -> str:
    """A body hash in the form of a WARC digest field (base 32)."""
    return "sha256:" + base64.b32encode(bytes.fromhex(body_sha256)).decode("ascii")


def digest_to_hex(digest: str) -> str | None:
    """The body hash of a WARC sha256 digest field (base 32 or base 16), or None for another algorithm."""
    algorithm, _, value = digest.partition(":")
    if algorithm.lower() != "sha256":
        return None
    return value.lower() if len(value) == 64 else base64.b32decode(value).hex()


def warc_date(moment: dt.datetime) -> str:
    """A moment as WARC-Date, to the microsecond."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_warc_date(text: str) -> dt.datetime:
    """The moment of a WARC-Date, with or without fractions of a second."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def warcinfo(filename: str, info: Mapping[str, str]) -> Record:
    """The record that opens a file."""
    return builder.create_warcinfo_record(filename, info)


def request_record(hop: Hop, page_url: str, role: str) -> Record:
    """The request of a hop."""
    line = StatusAndHeaders(hop.request_line, list(_clean(hop.request_headers)), is_http_request=True)
    return builder.create_warc_record(
        hop.url,
        "request",
        payload=io.BytesIO(),
        length=0,
        http_headers=line,
        warc_headers_dict=_fields(hop, page_url, role),
    )


def response_record(hop: Hop, page_url: str, role: str) -> Record:
    """The whole answer of a hop."""
    fields = _fields(hop, page_url, role) | {"WARC-Payload-Digest": payload_digest(sha256_hex(hop.body))}
    if hop.is_truncated:
        fields["WARC-Truncated"] = "length"
    headers = StatusAndHeaders(
        _status_line(hop), [*_stored(hop.headers), ("Content-Length", str(len(hop.body)))], hop.protocol
    )
    return builder.create_warc_record(
        hop.url,
        "response",
        payload=io.BytesIO(hop.body),
        length=len(hop.body),
        http_headers=headers,
        warc_headers_dict=fields,
    )


def revisit_record(hop: Hop, page_url: str, role: str, known: Stored) -> Record:
    """An answer whose body is already stored: not modified (304), or the same body again."""
    fields = _fields(hop, page_url, role) | {
        "WARC-Profile": SERVER_NOT_MODIFIED if hop.status == 304 else SAME_PAYLOAD,
        "WARC-Refers-To-Target-URI": known.target_url,
        "WARC-Refers-To-Date": warc_date(known.recorded_at),
        "WARC-Payload-Digest": payload_digest(known.body_sha256),
    }
    headers = StatusAndHeaders(_status_line(hop), list(_stored(hop.headers)), hop.protocol)
    return builder.create_warc_record(hop.url, "revisit", http_headers=headers, warc_headers_dict=fields)


def resource_record(url: str, body: bytes, content_type: str, moment: dt.datetime) -> Record:
    """A page that did not come over http: a saved file."""
    fields = {
        PAGE_FIELD: url,
        "WARC-Date": warc_date(moment),
        "WARC-Payload-Digest": payload_digest(sha256_hex(body)),
        "Content-Type": content_type,
    }
    return builder.create_warc_record(
        url,
        "resource",
        payload=io.BytesIO(body),
        length=len(body),
        warc_content_type=content_type,
        warc_headers_dict=fields,
    )


def metadata_record(page_url: str, moment: dt.datetime, facts: Mapping[str, str]) -> Record:
    """What the list pages said about a page, as `name: value` lines."""
    lines = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in facts.items())
    payload = lines.encode("utf-8")
    fields = {PAGE_FIELD: page_url, "WARC-Date": warc_date(moment)}
    return builder.create_warc_record(
        page_url, "metadata", payload=io.BytesIO(payload), length=len(payload), warc_headers_dict=fields
    )


def serialise(records: list[Record]) -> tuple[bytes, list[tuple[int, int]]]:
    """The bytes of records, each as a gzip member, and the (offset, length) of each within them."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    places: list[tuple[int, int]] = []
    for record in records:
        start = buffer.tell()
        writer.write_record(record)
        places.append((start, buffer.tell() - start))
    return buffer.getvalue(), places


def read_members(handle: BinaryIO, start: int = 0) -> Iterator[Member]:
    """The whole gzip members of a file from an offset on; stops at the end or where the file is torn."""
    handle.seek(start)
    offset, pending = start, b""
    while True:
        engine, parts, length = zlib.decompressobj(16 + zlib.MAX_WBITS), list[bytes](), 0
        while not engine.eof:
            piece = pending or handle.read(_READ_BYTES)
            if not piece:
                return
            try:
                parts.append(engine.decompress(piece))
            except zlib.error:
                return
            pending = engine.unused_data
            length += len(piece) - len(pending)
        yield Member(offset, length, b"".join(parts))
        offset += length


def parse_record(data: bytes, *, check_digests: bool = False) -> Record:
    """The one record of an unfolded member. Raises ValueError when there is none."""
    try:
        return next(iter(ArchiveIterator(io.BytesIO(data), check_digests=check_digests)))
    except Exception as error:  # warcio raises several unrelated kinds
        raise ValueError(f"not a WARC record: {error}") from error


def _fields(hop: Hop, page_url: str, role: str) -> dict[str, str]:
    return {PAGE_FIELD: page_url, ROLE_FIELD: role, "WARC-Date": warc_date(hop.requested_at)}


def _status_line(hop: Hop) -> str:
    return f"{hop.status} {header_text(hop.reason)}".strip()


def _stored(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in _clean(headers):
        yield (f"X-Archive-Orig-{name}" if name.lower() in _RENAMED else name), value


def _clean(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield header_text(name).replace(" ", "-"), header_text(value)


def header_text(text: str) -> str:
    """Text that fits on a header line: no line breaks, other bytes as %XX."""
    flat = " ".join(text.split())
    return (
        flat if flat.isascii() else quote(flat.encode("latin-1", "replace"), safe=" !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~")
    )
