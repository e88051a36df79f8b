"""From list pages to page addresses: volume list -> category list -> article list with its next pages.

Belongs here: the walk over the list pages of one source by the catalogue's rules. Does not belong here:
reading one list page (`ingest.fetch.lists`), asking for articles (`ingest.fetch.pages`).

The walk is breadth first and always ends: each address is asked once, there are only as many levels as the
catalogue names, one list has at most `pagination.max_pages` pages, a chain of next pages that brings
nothing new is left after three, and all lists together have at most `max_list_pages`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from ingest.catalogue import Articles, Crawl, LinkRule, PageAddress, Pagination, Source, VolumeYear
from ingest.columns import frame_of
from ingest.fetch.archive import Archive, PageState
from ingest.fetch.client import HttpClient, Response
from ingest.fetch.errors import FetchError
from ingest.fetch.lists import Link, ListPage, read_list_page
from ingest.fetch.local import SavedPages
from ingest.fetch.storage import ArchiveError
from ingest.fetch.urls import BadAddressError, canonical_url, host_of

Progress = Callable[[str], None]
PATIENCE = 3
CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class ListRef:
    """A list page to ask for: its level, the texts of the links that led to it, its place in its chain of pages."""

    url: str
    level: int
    trail: tuple[str, ...] = ()
    number: int = 1
    barren: int = 0


@dataclass(slots=True)
class Walk:
    """The state of one crawl: what is waiting, what was seen, what was found, what went wrong."""

    source: Source
    archive: Archive | None = None
    queue: deque[ListRef] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    refs: dict[str, dict[str, object]] = field(default_factory=dict)
    quarantine: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    asked: int = 0

    def enqueue(self, ref: ListRef) -> bool:
        """Queue a list page unless it was met before."""
        if ref.url in self.seen:
            return False
        self.seen.add(ref.url)
        self.queue.append(ref)
        return True

    def add_page(self, page: dict[str, object]) -> bool:
        """Note a page unless its address is known already."""
        url = str(page["url"])
        if url in self.refs:
            return False
        self.refs[url] = {"source_id": self.source.source_id, **page}
        return True

    def complain(self, url: str, check: str, reason: str, value: str | None = None) -> None:
        """Note what could not be followed, with the reason."""
        self.quarantine.setdefault(
            (url, check),
            {
                "source_id": self.source.source_id,
                "stage": "crawl",
                "key": url,
                "url": url,
                "column": None,
                "check": check,
                "value": value,
                "reason": reason,
            },
        )


def crawl_source(
    source: Source, http: HttpClient, progress: Progress | None = None, archive: Archive | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the pages of a source: from its list pages, its plain list and its folders and archives.

    Returns (page_refs, quarantine). Articles on hosts that are not allowed stay in page_refs: the fetch
    stage refuses and records them. A list page that cannot be read is a row of the quarantine. With an
    archive the list pages are archived too, and asked for again by conditional requests.
    """
    walk = Walk(source, archive)
    for page in source.pages:
        _add_listed(walk, page)
    _add_saved(walk)
    if source.crawl:
        _walk_lists(walk, source.crawl, http, progress or _silent)
    refs = frame_of("page_refs", list(walk.refs.values()))
    return refs, frame_of("quarantine", list(walk.quarantine.values()))


def read_list(source: Source, response: Response) -> ListPage:
    """Read the answer to a list page's address with the rules of its source."""
    final = response.final
    return read_list_page(final.body, final.url, final.header("Content-Type"), source)


def poll_source(source: Source, http: HttpClient) -> tuple[tuple[Link, ...], pl.DataFrame]:
    """The links that the entry pages lead to, by the first rule only: for noticing a new volume cheaply.

    Returns (links, quarantine); links are lists of the first level, or pages where there are no levels.
    """
    walk, links = Walk(source), list[Link]()
    if source.crawl is None:
        return (), frame_of("quarantine")
    _enqueue_entries(walk, source.crawl)
    while walk.queue and walk.asked < source.crawl.max_list_pages:
        ref = walk.queue.popleft()
        if ref.level > 0:
            links.append(Link(ref.url, ref.trail[-1]))
            continue
        walk.asked += 1
        _visit(walk, source.crawl, ref, http)
    links += [Link(url, str(row["title"] or "")) for url, row in walk.refs.items()]
    return tuple(links), frame_of("quarantine", list(walk.quarantine.values()))


def follows(link: Link, rule: LinkRule) -> bool:
    """Whether a link of a list page leads to the next level: all tests of the rule that are given hold."""
    return (
        (rule.url is None or re.search(rule.url, link.url) is not None)
        and (rule.text is None or re.search(rule.text, link.text) is not None)
        and (not rule.words or _holds_one(link.text, rule.words))
        and not _holds_one(link.text, rule.not_words)
    )


def is_article(link: Link, trail: tuple[str, ...], rule: Articles, *, is_foreign: bool = False) -> bool:
    """Whether a link of the innermost list is a page to fetch.

    A link to a foreign host is noted only when it looks like an article of ours: by its address, or by a
    title word; not because the list around it is about unions.
    """
    if _holds_one(link.text, rule.not_words):
        return False
    has_title = _holds_one(link.text, rule.title_words)
    if is_foreign and has_title:
        return True
    if rule.url is not None and re.search(rule.url, link.url) is None:
        return False
    if is_foreign and rule.url is None:
        return False
    if not rule.title_words and not rule.breadcrumb_words:
        return True
    return has_title or any(_holds_one(text, rule.breadcrumb_words) for text in trail)


def is_next_page(link: Link, pagination: Pagination) -> bool:
    """Whether a link leads to a further page of the same list."""
    return (
        _holds_one(link.text, pagination.words)
        or (pagination.numbers and link.text.isascii() and link.text.isdigit())
        or (pagination.url is not None and re.search(pagination.url, link.url) is not None)
    )


def volume_year(rule: VolumeYear, url: str, texts: tuple[str, ...]) -> int | None:
    """The volume year of a page: from link texts (outermost first), else its address, else a known name."""
    for text in texts:
        if year := _year(rule.text, text):
            return year
    if year := _year(rule.url, url):
        return year
    for name, known in rule.names.items():
        if name in url or any(name in text for text in texts):
            return known
    return None


def _year(pattern: str | None, text: str) -> int | None:
    found = re.search(pattern, text) if pattern else None
    if not found or not found[1].isdigit():
        return None
    year = int(found[1])
    return year if 1900 <= year <= 2100 else None


def _holds_one(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _silent(_: str) -> None:
    """Progress nobody listens to."""


def _add_listed(walk: Walk, page: PageAddress) -> None:
    try:
        url = canonical_url(page.url, walk.source.canonical)
    except BadAddressError as error:
        walk.complain(page.url, "bad_address", str(error))
        return
    texts = tuple(text for text in (page.category, page.title) if text)
    year = page.volume_year or volume_year(walk.source.volume_year, url, texts)
    walk.add_page(
        {"url": url, "volume_year": year, "category": page.category, "title": page.title, "discovered_from": CATALOGUE}
    )


def _add_saved(walk: Walk) -> None:
    """Note the saved pages of a source's folders and archives."""
    for place in SavedPages(walk.source, walk.complain).places.values():
        texts = (place.title,) if place.title else ()
        walk.add_page(
            {
                "url": place.url,
                "volume_year": volume_year(walk.source.volume_year, place.saved_from or place.url, texts),
                "category": None,
                "title": place.title,
                "discovered_from": place.saved_from or place.found_in,
            }
        )


def _walk_lists(walk: Walk, crawl: Crawl, http: HttpClient, progress: Progress) -> None:
    _enqueue_entries(walk, crawl)
    while walk.queue:
        ref = walk.queue.popleft()
        if walk.asked >= crawl.max_list_pages:
            walk.complain(
                ref.url, "list_bound", f"not followed: `max_list_pages` ({crawl.max_list_pages}) list pages were read"
            )
            break
        walk.asked += 1
        _visit(walk, crawl, ref, http)
        progress(f"{walk.source.source_id}: {walk.asked} list pages read, {len(walk.refs)} pages found")


def _enqueue_entries(walk: Walk, crawl: Crawl) -> None:
    for entry in crawl.entries:
        walk.enqueue(ListRef(canonical_url(entry, walk.source.canonical), 0))


def _visit(walk: Walk, crawl: Crawl, ref: ListRef, http: HttpClient) -> None:
    known = walk.archive.state(ref.url, "list") if walk.archive else PageState()
    try:
        response = http.get(ref.url, walk.source, known.validators())
    except FetchError as error:
        walk.complain(ref.url, error.check, f"list page not read: {error.reason}", _text(error.status))
        return
    if walk.archive and (response.status != 304 or known.body):
        walk.archive.store(ref.url, response, role="list")
    if response.status != 200 and not (response.status == 304 and known.body):
        walk.complain(
            ref.url, "list_page_status", f"list page not read: status {response.status}", str(response.status)
        )
        return
    if response.final.url != ref.url:
        walk.seen.add(canonical_url(response.final.url, walk.source.canonical))
    try:
        page = _read_known_list(walk, response, known)
    except ArchiveError as error:
        walk.complain(ref.url, "archive", f"list page not read: {error}")
        return
    found = _take_links(walk, crawl, ref, page)
    _take_next_pages(walk, crawl, ref, page, found)


def _read_known_list(walk: Walk, response: Response, known: PageState) -> ListPage:
    """Read a list page from the answer, or from the archive when the answer is that nothing changed."""
    if response.status == 304 and walk.archive and known.body:
        body = walk.archive.body(known.body)
        return read_list_page(body, known.body.target_url, known.body.content_type, walk.source)
    return read_list(walk.source, response)


def _take_links(walk: Walk, crawl: Crawl, ref: ListRef, page: ListPage) -> int:
    """Queue the lists and note the pages that a list page leads to. Gives how many of them were new."""
    new = 0
    for link in page.links:
        if is_next_page(link, crawl.pagination):
            continue
        if ref.level < len(crawl.levels):
            new += _take_list(walk, crawl, ref, link)
        else:
            new += _take_article(walk, crawl, ref, link)
    return new


def _take_list(walk: Walk, crawl: Crawl, ref: ListRef, link: Link) -> bool:
    if not follows(link, crawl.levels[ref.level]):
        return False
    if not walk.source.allows_host(host_of(link.url)):
        walk.complain(
            link.url,
            "host_not_allowed",
            f"a list on the host {host_of(link.url)}, which is not in the source's `hosts`",
        )
        return False
    return walk.enqueue(ListRef(link.url, ref.level + 1, (*ref.trail, link.text)))


def _take_article(walk: Walk, crawl: Crawl, ref: ListRef, link: Link) -> bool:
    is_foreign = not walk.source.allows_host(host_of(link.url))
    if link.url in walk.seen or not is_article(link, ref.trail, crawl.articles, is_foreign=is_foreign):
        return False
    return walk.add_page(
        {
            "url": link.url,
            "volume_year": volume_year(walk.source.volume_year, link.url, (*ref.trail, link.text)),
            "category": ref.trail[-1] if ref.trail else None,
            "title": link.text or None,
            "discovered_from": ref.url,
        }
    )


def _take_next_pages(walk: Walk, crawl: Crawl, ref: ListRef, page: ListPage, found: int) -> None:
    """Queue the further pages of the same list, within the bounds."""
    barren = 0 if found else ref.barren + 1
    linked = [link.url for link in page.links if is_next_page(link, crawl.pagination)]
    for url in dict.fromkeys([*linked, *page.computed_pages]):
        if url in walk.seen or not walk.source.allows_host(host_of(url)):
            continue
        if barren >= PATIENCE:
            walk.complain(
                url, "pagination_bound", f"not followed: the last {PATIENCE} pages of this list brought nothing new"
            )
            return
        if ref.number >= crawl.pagination.max_pages:
            walk.complain(
                url,
                "pagination_bound",
                f"not followed: the list has more than `max_pages` ({crawl.pagination.max_pages}) pages",
            )
            return
        walk.enqueue(ListRef(url, ref.level, ref.trail, ref.number + 1, barren))


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
