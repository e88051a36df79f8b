"""Asking for the pages of a source: what is new, what is unchanged, what is gone, what failed and why.

Belongs here: the run over page_refs, and its three frames. Does not belong here: one request
(`ingest.fetch.client`), the files (`ingest.fetch.archive`).

A page that was archived by a run that died before its snapshots were stored is taken from the archive, not
asked for again, while it is less than a day old.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from ingest.catalogue import Source
from ingest.columns import frame_of
from ingest.fetch.archive import FACTS, GONE, Archive, PageState
from ingest.fetch.client import HttpClient, Response
from ingest.fetch.errors import FetchError
from ingest.fetch.local import SavedPages, is_file_url
from ingest.fetch.urls import host_of
from ingest.fetch.warc import sha256_hex

Progress = Callable[[str], None]
RESUME_WITHIN = dt.timedelta(hours=24)
MAX_HOSTS_AT_ONCE = 8
RESUMED = "taken from the archive of a run that did not end"

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The frames of one run over a source's pages."""

    snapshots: pl.DataFrame
    fetch_log: pl.DataFrame
    quarantine: pl.DataFrame

    def counts(self) -> dict[str, int]:
        """How many pages had which outcome in this run; `listed` is their number."""
        found = Counter(self.fetch_log["outcome"].to_list())
        return {"listed": self.fetch_log.height, **dict(sorted(found.items()))}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page: a row of fetch_log, and why it is quarantined (a check), if it is."""

    outcome: str
    status: int | None = None
    reason: str | None = None
    attempts: int = 0
    elapsed_ms: int = 0
    check: str | None = None


def fetch_pages(
    source: Source,
    refs: pl.DataFrame,
    previous_snapshots: pl.DataFrame,
    archive: Archive,
    http: HttpClient,
    progress: Progress | None = None,
    *,
    refetch: bool = False,
) -> FetchResult:
    """Ask for every page of page_refs, hosts in parallel, and archive what comes.

    Only what changed is asked for, unless `refetch` says to ask for whole pages, also for those of a run that died.
    `previous_snapshots` are those of the former run (empty for the first). Snapshots of pages that are
    gone, failed or no longer listed are kept. Raises ArchiveError when the archive cannot be written.
    """
    run = _Run(
        source, archive, http, _checked_at(previous_snapshots), refs.height, progress, SavedPages(source), refetch
    )
    by_host: dict[str, list[Row]] = {}
    for ref in _in_order(refs, archive):
        by_host.setdefault(host_of(str(ref["url"])), []).append(ref)
    with ThreadPoolExecutor(max_workers=max(1, min(len(by_host), MAX_HOSTS_AT_ONCE))) as pool:
        futures = [pool.submit(run.fetch_all, rows) for rows in by_host.values()]
        try:
            for future in futures:
                future.result()
        except BaseException:  # a full disk, an interrupt: the other hosts' threads end after their page
            run.is_stopped.set()
            raise
    return FetchResult(
        snapshots=_snapshots(source, refs, previous_snapshots, archive),
        fetch_log=frame_of("fetch_log", sorted(run.log, key=lambda row: str(row["url"]))),
        quarantine=frame_of("quarantine", sorted(run.quarantine, key=lambda row: str(row["url"]))),
    )


@dataclass(slots=True)
class _Run:
    """One run over the pages of a source; its methods are called from one thread per host."""

    source: Source
    archive: Archive
    http: HttpClient
    checked_at: dict[str, dt.datetime]
    total: int
    progress: Progress | None
    saved: SavedPages
    refetch: bool
    log: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_stopped: threading.Event = field(default_factory=threading.Event)

    def fetch_all(self, refs: list[Row]) -> None:
        """Fetch pages of one host, one after the other."""
        for ref in refs:
            if self.is_stopped.is_set():
                return
            requested_at = dt.datetime.now(dt.UTC)
            outcome = self._fetch(ref)
            self._note(str(ref["url"]), requested_at, outcome)

    def _fetch(self, ref: Row) -> Outcome:
        url = str(ref["url"])
        state = self.archive.state(url)
        if not self.refetch and (resumed := self._resumed(url, state)):
            return resumed
        if not self._may_ask():
            bound = self.source.pace.max_pages
            return Outcome(
                "failed", reason=f"not asked: `max_pages` ({bound}) pages were asked in this run", check="page_bound"
            )
        facts = {name: str(ref[name]) for name in FACTS if ref[name] is not None}
        try:
            if url in self.saved or is_file_url(url):
                return self._take_saved(url, state, facts)
            validators = {} if self.refetch else state.validators()
            return self._take_answer(url, self.http.get(url, self.source, validators), state, facts)
        except FetchError as error:
            return Outcome(error.outcome, error.status, error.reason, error.attempts, error.elapsed_ms, error.check)

    def _resumed(self, url: str, state: PageState) -> Outcome | None:
        if state.checked_at is None or dt.datetime.now(dt.UTC) - state.checked_at > RESUME_WITHIN:
            return None
        before = self.checked_at.get(url)
        if before is not None and before >= state.checked_at:
            return None
        if state.is_gone or state.body is None:
            return None
        outcome = "fetched" if before is None or state.body.recorded_at > before else "unchanged"
        return Outcome(outcome, state.body.status, RESUMED)

    def _may_ask(self) -> bool:
        with self.lock:
            self.asked += 1
            return self.asked <= self.source.pace.max_pages

    def _take_answer(self, url: str, response: Response, state: PageState, facts: dict[str, str]) -> Outcome:
        """Archive an answer and say what it means for the page."""
        status, spent = response.status, (response.attempts, response.elapsed_ms)
        if status == 304 and state.body is None:
            return Outcome(
                "failed", status, "status 304 without a conditional request", *spent, check="not_modified_unasked"
            )
        if status == 200 and not response.body:
            return Outcome("failed", status, "the body is empty", *spent, check="empty_body")
        entry = self.archive.store(url, response, facts)
        if status in GONE:
            return Outcome("gone", status, f"status {status}: the page is no longer there", *spent, check="gone")
        if entry.is_same_page:
            return Outcome("unchanged", status, None, *spent)
        if entry.has_page:
            return Outcome("fetched", status, None, *spent)
        return Outcome("failed", status, _refusal(status), *spent, check="http_status")

    def _take_saved(self, url: str, state: PageState, facts: dict[str, str]) -> Outcome:
        page = self.saved.read(url)
        if not page.body:
            return Outcome("failed", None, "the saved page is empty", check="empty_body")
        if state.body is not None and state.body.body_sha256 == sha256_hex(page.body):
            return Outcome("unchanged")
        self.archive.store_file(url, page, facts)
        return Outcome("fetched")

    def _note(self, url: str, requested_at: dt.datetime, outcome: Outcome) -> None:
        row: Row = {
            "source_id": self.source.source_id,
            "url": url,
            "requested_at": requested_at,
            "outcome": outcome.outcome,
            "status": outcome.status,
            "reason": outcome.reason,
            "attempts": outcome.attempts,
            "elapsed_ms": outcome.elapsed_ms,
        }
        with self.lock:
            self.log.append(row)
            if outcome.check:
                self.quarantine.append(self._quarantined(url, outcome))
            done = len(self.log)
        if self.progress:
            self.progress(f"{self.source.source_id}: {done} of {self.total} pages, {url} {outcome.outcome}")

    def _quarantined(self, url: str, outcome: Outcome) -> Row:
        return {
            "source_id": self.source.source_id,
            "stage": "fetch",
            "key": url,
            "url": url,
            "column": None,
            "check": outcome.check,
            "value": None if outcome.status is None else str(outcome.status),
            "reason": outcome.reason,
        }


def page_count_complaint(source: Source, before: int, now: int) -> str | None:
    """A sentence when the number of listed pages fell by more than the source's guard allows, else None."""
    if before == 0 or now >= before * (1 - source.page_count_guard):
        return None
    return (
        f"{source.source_id} lists {now} pages, {before - now} fewer than the {before} of the run before; "
        f"`page_count_guard` allows a fall of {source.page_count_guard:.0%}"
    )


def _in_order(refs: pl.DataFrame, archive: Archive) -> Iterator[Row]:
    """Pages never fetched first, then those not checked for longest: what a bounded run should ask."""
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    rows = list(refs.iter_rows(named=True))
    yield from sorted(rows, key=lambda row: archive.state(str(row["url"])).checked_at or never)


def _refusal(status: int) -> str:
    if status in (401, 403, 451):
        return f"status {status}: the site refuses, and is left alone"
    return f"status {status} instead of a page"


def _checked_at(snapshots: pl.DataFrame) -> dict[str, dt.datetime]:
    return dict(zip(snapshots["url"], snapshots["checked_at"], strict=True))


def _snapshots(source: Source, refs: pl.DataFrame, previous: pl.DataFrame, archive: Archive) -> pl.DataFrame:
    """The newest stored body of every page ever fetched: what the archive knows, and what was known before."""
    former = {row["url"]: row for row in previous.iter_rows(named=True)}
    listed = dict(zip(refs["url"], refs["volume_year"], strict=True))
    rows: dict[str, Row] = dict(former)
    for url, state in archive.states.items():
        told = state.facts.get("volume_year")
        year = listed.get(url, int(told) if told else None)
        row = state.snapshot(source.source_id, url, year)
        if row is not None:
            rows[url] = row
    return frame_of("snapshots", [rows[url] for url in sorted(rows)])
