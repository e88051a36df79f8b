"""robots.txt by RFC 9309: what it allows, how long it holds, and what silence means.

A file that is not there (4xx) allows everything; a server that fails (5xx, 429, time-outs, no connection)
allows nothing until it answers again. The first 500 KiB count. An answer holds at most 24 hours; a
failure is asked again after ten minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from ingest.fetch.errors import FetchError

MAX_ROBOTS_BYTES = 500 * 1024
MAX_AGE_SECONDS = 24 * 3600
FAILURE_AGE_SECONDS = 600

# robots.txt address -> (status, first bytes of the body); raises FetchError when there is no answer
Loader = Callable[[str], tuple[int, bytes]]


@dataclass(frozen=True)
class Verdict:
    """The rules of one origin: parsed rules, or a reason that forbids everything, or neither (all allowed)."""

    loaded_at: float
    rules: Protego | None = None
    refusal: str | None = None

    def refuses(self, url: str, agent: str) -> str | None:
        """The reason why this address may not be asked, or None when it may."""
        if self.refusal:
            return self.refusal
        if self.rules is not None and not self.rules.can_fetch(url, agent):
            return "robots.txt forbids this address"
        return None

    def crawl_delay(self, agent: str) -> float:
        """The Crawl-delay for us in seconds; 0 when none is given."""
        delay = self.rules.crawl_delay(agent) if self.rules is not None else None
        return float(delay) if delay and delay > 0 else 0.0


class Robots:
    """The robots.txt of every origin, loaded when first needed. Safe to use from several threads."""

    def __init__(self, agent: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.agent, self.clock = agent, clock
        self._verdicts: dict[str, Verdict] = {}
        self._lock = threading.Lock()

    def verdict(self, origin: str, load: Loader) -> Verdict:
        """The verdict on an origin (scheme, host, port), from the cache or by loading the file."""
        with self._lock:
            known = self._verdicts.get(origin)
        if known and self.clock() - known.loaded_at < self._max_age(known):
            return known
        fresh = self._load(origin, load)
        with self._lock:
            self._verdicts[origin] = fresh
        return fresh

    @staticmethod
    def _max_age(verdict: Verdict) -> float:
        return FAILURE_AGE_SECONDS if verdict.refusal else MAX_AGE_SECONDS

    def _load(self, origin: str, load: Loader) -> Verdict:
        now = self.clock()
        try:
            status, body = load(f"{origin}/robots.txt")
        except FetchError as error:
            return Verdict(now, refusal=f"robots.txt could not be read ({error.reason})")
        if 200 <= status < 300:
            return Verdict(now, rules=parse_robots(body))
        if 400 <= status < 500 and status != 429:
            return Verdict(now)
        return Verdict(now, refusal=f"robots.txt could not be read (status {status})")


def parse_robots(body: bytes) -> Protego:
    """Rules from the bytes of a robots.txt: UTF-8 with or without BOM, cut at 500 KiB on a line."""
    if len(body) >= MAX_ROBOTS_BYTES:
        body = body[:MAX_ROBOTS_BYTES].rpartition(b"\n")[0]
    return Protego.parse(body.decode("utf-8-sig", "replace"))
