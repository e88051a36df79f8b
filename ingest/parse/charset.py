"""Which charset a page's bytes are in: byte order mark, header, meta tag, statistics, in that order of trust.

gb2312 and gbk are always read as gb18030, their superset, because real pages hold characters outside of the
labelled set. A label that cannot be true is dropped for what the bytes say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CHINESE_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
}
WESTERN = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "us-ascii", "ascii"})
HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text, what the page declared, what was used, and how many characters were lost."""

    text: str
    declared: str | None
    used: str
    replacements: int


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page body; never fails, lost characters become U+FFFD and are counted."""
    declared = _declared(body, content_type)
    for mark, charset in MARKS:
        if body.startswith(mark):
            return _decoded(body, declared, charset)
    candidates = []
    for charset in _candidates(body, declared):
        candidates.append(charset)
        try:
            return Decoded(body.decode(charset), declared, charset, 0)
        except (UnicodeDecodeError, LookupError):
            continue
    return min((_decoded(body, declared, charset) for charset in candidates), key=lambda item: item.replacements)


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = HEADER.search(content_type or "")
    meta = META.search(body[:HEAD_BYTES])
    if header and header[1].lower() not in WESTERN:
        return header[1].lower()
    if meta:
        return meta[1].decode("ascii").lower()
    return header[1].lower() if header else None


def _candidates(body: bytes, declared: str | None) -> Iterator[str]:
    """Charsets to try strictly, the most trusted first; a guess is made only when the others fail."""
    named = CHINESE_ALIASES.get(declared or "", declared or "")
    order = [named] if named and named not in WESTERN and _is_known(named) else []
    if "utf-8" not in order:
        order.insert(0 if not order or (named == "gb18030" and _is_utf8(body)) else len(order), "utf-8")
    yield from order
    for charset in dict.fromkeys([_guess(body), "gb18030", "big5hkscs"]):
        if charset and charset not in order:
            yield charset


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(byte > 127 for byte in body)


def _guess(body: bytes) -> str | None:
    """The statistical guess of charset-normalizer, asked only when nothing else fits."""
    if _is_utf8(body):
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415  (slow to import and seldom needed)

    best = from_bytes(body[:20_000], cp_isolation=["gb18030", "big5", "big5hkscs", "utf_8"]).best()
    return CHINESE_ALIASES.get(best.encoding, best.encoding) if best else None


def _is_known(charset: str) -> bool:
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


def _decoded(body: bytes, declared: str | None, charset: str) -> Decoded:
    text = body.decode(charset, "replace")
    return Decoded(text, declared, charset, text.count("\ufffd"))
