"""One careful look at a source: does its catalogue entry still fit the live site, and if not, what to mend?

Belongs here: a handful of requests (robots.txt, one list page per level, one article) and a verdict on each.
Nothing is archived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.catalogue import Crawl, Source
from ingest.fetch.client import HttpClient, Response
from ingest.fetch.crawl import follows, is_article, is_next_page, read_list
from ingest.fetch.errors import FetchError
from ingest.fetch.lists import Link, find_charset
from ingest.fetch.urls import BadAddressError, canonical_url, host_of

SHOWN_LINKS = 5


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One thing that was tried: its name, the address, whether it fits, what was seen, and what to mend."""

    name: str
    url: str
    is_ok: bool
    seen: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """All steps in order, and the article that was read (None when the probe did not get that far)."""

    source_id: str
    steps: tuple[ProbeStep, ...]
    article: Response | None

    @property
    def is_ok(self) -> bool:
        """Whether the source can be run as catalogued."""
        return self.article is not None and all(step.is_ok for step in self.steps)


def probe_source(source: Source, http: HttpClient) -> ProbeReport:
    """Probe a source live: at most one request per level of lists, plus robots.txt and one article."""
    steps: list[ProbeStep] = []
    target = _listed_article(source)
    if source.crawl:
        found = _probe_lists(source, source.crawl, http, steps)
        target = found or target
    if target is None:
        return ProbeReport(source.source_id, tuple(steps), None)
    if not steps:
        steps.append(_probe_robots(source, http, target))
    article = _probe_article(source, http, target, steps)
    return ProbeReport(source.source_id, tuple(steps), article)


def _listed_article(source: Source) -> str | None:
    for page in source.pages:
        try:
            return canonical_url(page.url, source.canonical)
        except BadAddressError:
            continue
    return None


def _probe_robots(source: Source, http: HttpClient, url: str) -> ProbeStep:
    verdict = http.robots_verdict(url, source)
    reason = verdict.refuses(url, http.product)
    delay = verdict.crawl_delay(http.product)
    seen = reason or (f"allowed, Crawl-delay {delay:g} s" if delay else "allowed")
    advice = None if reason is None else "respect it: ask the publisher, or take the pages from another source"
    return ProbeStep("robots.txt", url, reason is None, seen, advice)


def _probe_lists(source: Source, crawl: Crawl, http: HttpClient, steps: list[ProbeStep]) -> str | None:
    """Walk down from the first entry page, taking the first link that fits at each level. Gives an article."""
    url, trail = canonical_url(crawl.entries[0], source.canonical), tuple[str, ...]()
    steps.append(_probe_robots(source, http, url))
    for level in range(len(crawl.levels) + 1):
        name = crawl.levels[level].name if level < len(crawl.levels) else "articles"
        try:
            response = http.get(url, source)
        except FetchError as error:
            steps.append(
                ProbeStep(
                    f"list of {name}", url, is_ok=False, seen=error.reason, advice="check the address and `hosts`"
                )
            )
            return None
        if response.status != 200:
            seen = f"status {response.status}"
            steps.append(
                ProbeStep(f"list of {name}", url, is_ok=False, seen=seen, advice="look for the list's new address")
            )
            return None
        links = read_list(source, response).links
        fitting = list(_fitting(source, crawl, level, trail, links))
        steps.append(_list_step(crawl, level, url, links, fitting))
        if not fitting:
            return None
        url, trail = fitting[0].url, (*trail, fitting[0].text)
    return url


def _fitting(
    source: Source, crawl: Crawl, level: int, trail: tuple[str, ...], links: tuple[Link, ...]
) -> Iterator[Link]:
    for link in links:
        if not source.allows_host(host_of(link.url)) or is_next_page(link, crawl.pagination):
            continue
        if level < len(crawl.levels):
            if follows(link, crawl.levels[level]):
                yield link
        elif is_article(link, trail, crawl.articles):
            yield link


def _list_step(crawl: Crawl, level: int, url: str, links: tuple[Link, ...], fitting: list[Link]) -> ProbeStep:
    is_last = level == len(crawl.levels)
    key = "crawl.articles" if is_last else f"crawl.levels.{level}"
    name = "list of articles" if is_last else f"list of {crawl.levels[level].name}"
    following = sum(is_next_page(link, crawl.pagination) for link in links)
    seen = f"{len(links)} links, {len(fitting)} fit `{key}`, {following} lead to further pages"
    if fitting:
        return ProbeStep(name, url, is_ok=True, seen=f"{seen}; the first: {fitting[0].text!r}")
    shown = (
        "; ".join(f"{link.text!r} -> {link.url}" for link in links[:SHOWN_LINKS]) or "none (a page built by script?)"
    )
    return ProbeStep(name, url, is_ok=False, seen=seen, advice=f"mend `{key}`; links of the page: {shown}")


def _probe_article(source: Source, http: HttpClient, url: str, steps: list[ProbeStep]) -> Response | None:
    try:
        response = http.get(url, source)
    except FetchError as error:
        steps.append(
            ProbeStep(
                "article", url, is_ok=False, seen=error.reason, advice="check `hosts`, `pace` and `content_types`"
            )
        )
        return None
    if response.status != 200 or not response.body:
        seen = f"status {response.status}, {len(response.body)} bytes"
        steps.append(ProbeStep("article", url, is_ok=False, seen=seen, advice="mend `crawl.articles`"))
        return None
    charset = find_charset(response.body, response.final.header("Content-Type"), source.charset_hint)
    seen = f"status 200, {len(response.body)} bytes, charset {charset}, {response.elapsed_ms} ms"
    steps.append(ProbeStep("article", url, is_ok=True, seen=seen))
    return response
