"""Reading a list page: its links with their texts, and the addresses of the list's further pages.

Belongs here: pure functions on the bytes of a list page. Does not belong here: which links are followed
(`ingest.fetch.crawl`), or reading articles (`ingest.parse`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from ingest.catalogue import Canonical, Pagination, Source
from ingest.fetch.urls import BadAddressError, absolute_url, canonical_url

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_GB = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "csgb2312"})
_SELECTOR = "a[href], area[href], frame[src], iframe[src]"
_CUT = ("...", "…")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a list page: its canonical address and its text (the title attribute where the text is cut)."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The links of a list page in order of print, and its further pages as computed from a script."""

    links: tuple[Link, ...]
    computed_pages: tuple[str, ...]


def read_list_page(body: bytes, url: str, content_type: str | None, source: Source) -> ListPage:
    """Read a list page with the rules of its source. Links that are not http addresses are left out."""
    rule = source.canonical
    charset = find_charset(body, content_type, source.charset_hint)
    text = body.decode(charset, "replace")
    tree = LexborHTMLParser(text)
    base_node = tree.css_first("base[href]")
    base = _resolve(url, (base_node.attributes.get("href") if base_node else None) or url, charset) or url
    links = []
    for node in tree.css(_SELECTOR):
        href = node.attributes.get("href") or node.attributes.get("src")
        address = _canonical(base, href, charset, rule) if href else None
        if address:
            links.append(Link(address, _link_text(node.text(), node.attributes)))
    pagination = source.crawl.pagination if source.crawl else Pagination()
    return ListPage(tuple(links), _computed_pages(text, base, pagination, rule))


def find_charset(body: bytes, content_type: str | None, hint: str | None = None) -> str:
    """The charset of a list page: BOM, meta, header, hint; else UTF-8 if it fits, else GB 18030."""
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    meta = _META_CHARSET.search(body[:4096])
    header = _HEADER_CHARSET.search(content_type or "")
    named = [meta[1].decode("ascii") if meta else None, header[1] if header else None, hint]
    for name in filter(None, named):
        charset = "gb18030" if name.lower() in _GB else name.lower()
        if _decodes(body, charset):
            return charset
    return "utf-8" if _decodes(body, "utf-8") else "gb18030"


def _decodes(body: bytes, charset: str) -> bool:
    """Whether a charset exists and reads nearly all of a body (single broken bytes are common)."""
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        return False
    return text.count("\ufffd") <= len(text) // 100


def _link_text(text: str, attributes: dict[str, str | None]) -> str:
    shown = " ".join(text.split())
    title = " ".join((attributes.get("title") or attributes.get("name") or "").split())
    return title if title and (not shown or shown.endswith(_CUT)) else shown


def _resolve(base: str, href: str, charset: str) -> str | None:
    try:
        return absolute_url(base, href, charset)
    except BadAddressError:
        return None


def _canonical(base: str, href: str, charset: str, rule: Canonical) -> str | None:
    if href.lstrip().startswith("#"):
        return None
    resolved = _resolve(base, href, charset)
    try:
        return canonical_url(resolved, rule) if resolved else None
    except BadAddressError:
        return None


def _computed_pages(text: str, base: str, pagination: Pagination, rule: Canonical) -> tuple[str, ...]:
    """Addresses of the further pages of a list whose page count stands in a script."""
    if pagination.count is None or pagination.address is None:
        return ()
    found = re.search(pagination.count, text)
    if not found or not found[1].isdigit():
        return ()
    last = min(int(found[1]), pagination.max_pages) - 1
    numbers = range(pagination.first, pagination.first + last)
    addresses = (_canonical(base, pagination.address.format(n=number), "utf-8", rule) for number in numbers)
    return tuple(address for address in addresses if address)
