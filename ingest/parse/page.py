"""Building a page record from text, whatever the text came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ingest.parse.charset import Decoded
from ingest.parse.layout import find_breadcrumb, find_contributor, find_duplicates, find_published, find_sections
from ingest.parse.texttables import find_text_tables
from ingest.records import Page, Table


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def parse_text(
    text: str,
    *,
    page_id: str,
    url: str = "",
    title: str = "",
    body_sha256: str | None = None,
    tables: Sequence[Table] | None = None,
    decoded: Decoded | None = None,
) -> Page:
    """A page from its text; offsets of everything found index `text` unchanged.

    `tables` are those an HTML reader already knows; without them plain-text renderings are looked for.
    `decoded` says how the text came out of bytes.
    """
    duplicates = find_duplicates(text)
    published_on, basis = find_published(text, url)
    digest = sha256(text.encode("utf-8", "surrogatepass"))
    return Page(
        page_id=page_id,
        url=url,
        body_sha256=body_sha256 or digest,
        text=text,
        text_sha256=digest,
        title=title,
        breadcrumb=find_breadcrumb(text),
        sections=find_sections(text, duplicates),
        tables=tuple(tables) if tables is not None else find_text_tables(text),
        published_on=published_on,
        published_on_basis=basis,
        contributor=find_contributor(text),
        charset_declared=decoded.declared if decoded else None,
        charset_used=decoded.used if decoded else "utf-8",
        replacement_chars=text.count("\ufffd"),
        duplicate_spans=duplicates,
    )
