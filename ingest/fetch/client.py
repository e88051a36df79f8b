"""One HTTP client with manners for all sources: who we are, whom we ask, how often, and when we stop.

Belongs here: a request from address to answer, with redirects, retries, robots and bounds. Does not belong
here: which pages to ask for (`ingest.fetch.crawl`, `ingest.fetch.pages`) or where answers are kept
(`ingest.fetch.archive`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.cookies import RequestsCookieJar
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as TlsReadError

from ingest.catalogue import Source
from ingest.fetch.decoding import ACCEPT_ENCODING, Decoder
from ingest.fetch.errors import (
    BusyError,
    ConnectError,
    ContentTypeError,
    FetchError,
    HostGivenUpError,
    HostNotAllowedError,
    RedirectError,
    RobotsRefusedError,
    TimedOutError,
    TlsError,
    TooLargeError,
)
from ingest.fetch.guard import Guard
from ingest.fetch.pace import Pacer
from ingest.fetch.robots import MAX_ROBOTS_BYTES, Robots, Verdict
from ingest.fetch.transport import CURRENT, Deadline, Exchange, GuardedAdapter
from ingest.fetch.urls import BadAddressError, absolute_url, canonical_url, host_of, origin_of
from ingest.settings import Settings

PRODUCT = "union-metrics-warehouse"
CONTACT_VARIABLE = "UNION_WAREHOUSE_CONTACT"
CHUNK_BYTES = 16 * 1024
ERROR_BODY_BYTES = 256 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 502, 503, 504})
HOST_FAULTS = (ConnectError, TimedOutError, TlsError, BusyError)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """One request and its answer. `body` is decoded; `headers` are as sent by the server."""

    url: str
    requested_at: dt.datetime
    request_line: str
    request_headers: Headers
    protocol: str
    status: int
    reason: str
    headers: Headers
    body: bytes
    is_truncated: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to one address: its redirects and the final hop, the tries it took, the time in ms."""

    url: str
    hops: tuple[Hop, ...]
    attempts: int
    elapsed_ms: int

    @property
    def final(self) -> Hop:
        """The hop that was not a redirect."""
        return self.hops[-1]

    @property
    def status(self) -> int:
        """The HTTP status of the final hop."""
        return self.final.status

    @property
    def body(self) -> bytes:
        """The decoded body of the final hop."""
        return self.final.body


def user_agent(contact: str | None = None) -> str:
    """How we introduce ourselves: product, purpose, and whom to write to."""
    told = contact or os.environ.get(CONTACT_VARIABLE) or "contact: the operator of this installation has named none"
    printable = "".join(char for char in told if char.isascii() and char.isprintable())
    return f"{PRODUCT}/0.1 (yearbook statistics; {printable})"


class HttpClient:
    """Asks for pages. One client serves all sources of a run; it is safe to use from several threads.

    `guard` decides on addresses, `pacer` on pace; `jitter` gives a factor for the back-off. The client is
    a context manager: leaving it closes all connections.
    """

    product = PRODUCT

    def __init__(
        self,
        guard: Guard | None = None,
        *,
        pacer: Pacer | None = None,
        contact: str | None = None,
        jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.0),  # noqa: S311 (not a secret)
    ) -> None:
        self.guard = guard or Guard()
        self.pacer = pacer or Pacer()
        self.jitter = jitter
        self.agent = user_agent(contact)
        self.robots = Robots(PRODUCT)
        self._sessions = {is_local: _new_session(self.agent) for is_local in (False, True)}

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            session.close()

    def get(self, url: str, source: Source, validators: Mapping[str, str] | None = None) -> Response:
        """Ask for one address of a source, following redirects to allowed hosts.

        `validators` are conditional headers (If-None-Match, If-Modified-Since). Any status but a busy one
        is an answer. Raises a FetchError with attempts and time filled in.
        """
        started, hops, attempts = time.monotonic(), list[Hop](), 0
        try:
            for hop, tries in self._follow(url, source, dict(validators or {})):
                hops.append(hop)
                attempts += tries
        except FetchError as error:
            error.attempts += attempts
            error.elapsed_ms = _elapsed_ms(started)
            raise
        return Response(url, tuple(hops), attempts, _elapsed_ms(started))

    def robots_verdict(self, url: str, source: Source) -> Verdict:
        """What robots.txt says about the origin of an address (loaded, if need be)."""
        return self.robots.verdict(origin_of(url), lambda address: self._load_robots(address, source))

    def _follow(self, url: str, source: Source, headers: dict[str, str]) -> Iterator[tuple[Hop, int]]:
        seen = {url}
        for _ in range(source.pace.max_redirects + 1):
            crawl_delay = self._admit(url, source)
            hop, tries = self._ask_repeatedly(url, source, headers, crawl_delay)
            yield hop, tries
            if hop.status not in REDIRECTS:
                return
            url = _redirect_target(hop)
            if url in seen:
                raise RedirectError(f"the redirects go in a circle (back to {url})", hop.status)
            seen.add(url)
        raise RedirectError(f"more than {source.pace.max_redirects} redirects")

    def _admit(self, url: str, source: Source) -> float:
        """Refuse what the catalogue or robots.txt forbids; else give the Crawl-delay in seconds."""
        _check_host(url, source)
        verdict = self.robots_verdict(url, source)
        refusal = verdict.refuses(url, PRODUCT)
        if refusal:
            raise RobotsRefusedError(refusal)
        delay = verdict.crawl_delay(PRODUCT)
        if delay > source.pace.max_delay_seconds:
            limit = source.pace.max_delay_seconds
            raise RobotsRefusedError(
                f"robots.txt asks for {delay:g} s between requests, more than `max_delay_seconds` ({limit:g})"
            )
        return delay

    def _load_robots(self, url: str, source: Source) -> tuple[int, bytes]:
        for _ in range(6):
            _check_host(url, source)
            hop, _tries = self._ask_repeatedly(url, source, {}, 0.0, robots=True)
            if hop.status not in REDIRECTS:
                return hop.status, hop.body
            url = _redirect_target(hop)
        return 404, b""  # RFC 9309, 2.3.1.2: more than five redirects count as a file that is not there

    def _ask_repeatedly(
        self, url: str, source: Source, headers: dict[str, str], crawl_delay: float, *, robots: bool = False
    ) -> tuple[Hop, int]:
        """Ask until there is an answer or the retries are used up. Gives the answer and the number of tries."""
        host, pace = host_of(url), source.pace
        for attempt in range(pace.retries + 1):
            started = time.monotonic()
            try:
                with self.pacer.turn(host, pace, crawl_delay):
                    started = time.monotonic()
                    hop, latency = self._ask(url, source, headers, robots=robots)
            except FetchError as error:
                error.attempts = attempt + (0 if isinstance(error, HostGivenUpError) else 1)
                self._note_failure(host, source, error, time.monotonic() - started, is_last=attempt == pace.retries)
                if not self._may_repeat(host, source, error, attempt):
                    raise
            else:
                self._note_answer(host, source, hop, latency, crawl_delay)
                return hop, attempt + 1
        raise AssertionError("the last try either answers or raises")

    def _note_answer(self, host: str, source: Source, hop: Hop, latency: float, crawl_delay: float) -> None:
        if hop.status < 400 or hop.status in (404, 410):
            slowest = latency if hop.status < 400 else max(latency, self.pacer.host(host).delay)
            self.pacer.succeeded(host, source.pace, slowest, crawl_delay)
        elif not hop.request_line.endswith("/robots.txt HTTP/1.1"):
            self.pacer.failed(host, source.pace, f"status {hop.status}", latency)

    def _note_failure(self, host: str, source: Source, error: FetchError, latency: float, *, is_last: bool) -> None:
        if isinstance(error, HOST_FAULTS):
            is_final = is_last or not error.can_retry
            self.pacer.slow_down(host, source.pace, latency, is_busy=isinstance(error, BusyError))
            if is_final:
                self.pacer.failed(host, source.pace, error.reason, latency)

    def _may_repeat(self, host: str, source: Source, error: FetchError, attempt: int) -> bool:
        """Whether to try again; if so the host rests first, as long as it asked or the back-off says."""
        pace = source.pace
        asked = (error.retry_after or 0.0) if isinstance(error, BusyError) else 0.0
        if asked > pace.max_retry_after_seconds:
            error.reason += f"; it asks to wait {asked:.0f} s, more than `max_retry_after_seconds`"
            self.pacer.close_host(host, error.reason)
            return False
        if not error.can_retry or attempt >= pace.retries:
            self.pacer.hold(host, asked)
            return False
        self.pacer.hold(host, max(asked, pace.backoff_seconds * 2**attempt * self.jitter()))
        return True

    def _ask(self, url: str, source: Source, headers: dict[str, str], *, robots: bool) -> tuple[Hop, float]:
        """One exchange. Gives the answer and the seconds until its head came."""
        pace = source.pace
        proxies = {} if source.is_local else get_environ_proxies(url)
        if select_proxy(url, proxies):
            self.guard.check_named(host_of(url), is_local=source.is_local)
        session = self._sessions[source.is_local]
        request = session.prepare_request(requests.Request("GET", url, headers=headers))
        requested_at, started = dt.datetime.now(dt.UTC), time.monotonic()
        with Deadline(pace.total_seconds) as deadline, _translated(deadline, pace.total_seconds):
            token = CURRENT.set(Exchange(self.guard, source.is_local, deadline))
            try:
                answer = session.send(
                    request,
                    stream=True,
                    allow_redirects=False,
                    timeout=(pace.connect_seconds, pace.read_seconds),
                    verify=_certificates(),
                    proxies=proxies,
                )
                latency = time.monotonic() - started
                with contextlib.closing(answer):
                    body, is_truncated = _read_known(answer, source, robots=robots)
            finally:
                CURRENT.reset(token)
        return _hop(url, requested_at, answer, body, is_truncated=is_truncated), latency


def open_client(settings: Settings, *, contact: str | None = None) -> HttpClient:
    """A client for one run. Hosts ending in `.localhost` of local sources answer at the sample address."""
    pacer = Pacer(folder=settings.home / "locks" / "hosts")
    return HttpClient(Guard(local_address=settings.sample_address), contact=contact, pacer=pacer)


def _new_session(agent: str) -> requests.Session:
    session = requests.Session()
    # no netrc passwords, no surprise; proxies and certificates are read where they are used
    session.trust_env = False
    session.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update(
        {
            "User-Agent": agent,
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": ACCEPT_ENCODING,
        }
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, GuardedAdapter(max_retries=0, pool_connections=32, pool_maxsize=4))
    return session


def _certificates() -> str | bool:
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _check_host(url: str, source: Source) -> None:
    if not source.allows_host(host_of(url)):
        raise HostNotAllowedError(f"the host {host_of(url)} is not in the source's `hosts`")


def _redirect_target(hop: Hop) -> str:
    location = hop.header("Location")
    if not location:
        raise RedirectError(f"status {hop.status} without a Location", hop.status)
    try:
        return canonical_url(absolute_url(hop.url, _readable(location)))
    except BadAddressError as error:
        raise RedirectError(f"status {hop.status} leads nowhere: {error}", hop.status) from error


def _readable(header: str) -> str:
    """A header that holds raw Chinese bytes, read as UTF-8 or else GB 18030."""
    raw = header.encode("latin-1", "replace")
    for charset in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(charset)
    return header


@contextlib.contextmanager
def _translated(deadline: Deadline, total_seconds: float) -> Iterator[None]:
    """Turn the exceptions of requests, urllib3 and sockets into ours."""
    try:
        yield
        if deadline.is_over:  # the body ended because the socket was shut down
            raise TimedOutError(f"the request took longer than {total_seconds:g} s")
    except FetchError:
        if deadline.is_over:
            raise TimedOutError(f"the request took longer than {total_seconds:g} s") from None
        raise
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        if deadline.is_over:
            raise TimedOutError(f"the request took longer than {total_seconds:g} s") from error
        raise _translate(error) from error


def _translate(error: Exception) -> FetchError:
    if isinstance(error, requests.exceptions.SSLError | TlsReadError):
        return TlsError(f"TLS failed: {_innermost(error)}")
    if isinstance(error, requests.Timeout | TimeoutError) or "timed out" in str(error).lower():
        return TimedOutError(f"no answer in time: {_innermost(error)}")
    return ConnectError(f"the connection failed: {_innermost(error)}")


def _innermost(error: BaseException) -> str:
    """The words of the first cause: urllib3 wraps errors several layers deep."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return str(error) or type(error).__name__


def _read_known(answer: requests.Response, source: Source, *, robots: bool) -> tuple[bytes, bool]:
    """As `_read`; an error carries the status."""
    try:
        return _read(answer, source, robots=robots)
    except FetchError as error:
        error.status = answer.status_code
        raise


def _read(answer: requests.Response, source: Source, *, robots: bool) -> tuple[bytes, bool]:
    """The decoded body within the bounds, and whether it was cut there. Raises BusyError, TooLargeError, …"""
    status = answer.status_code
    if status in BUSY:
        raise BusyError(f"status {status}: the server asks to come back later", status, _retry_after(answer))
    if status in REDIRECTS or status in (204, 304):
        return b"", False
    if robots:
        return _read_bounded(answer, MAX_ROBOTS_BYTES, may_cut=True)
    if status >= 400:
        return _read_bounded(answer, ERROR_BODY_BYTES, may_cut=True)
    _check_content_type(answer, source)
    return _read_bounded(answer, source.pace.max_body_bytes, may_cut=False)


def _check_content_type(answer: requests.Response, source: Source) -> None:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind not in source.content_types:
        raise ContentTypeError(f"content type {kind} is not among the source's `content_types`")


def _read_bounded(answer: requests.Response, limit: int, *, may_cut: bool) -> tuple[bytes, bool]:
    declared = answer.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit and not may_cut:
        raise TooLargeError(f"the body is announced with {declared} bytes, more than {limit}")
    decoder = Decoder(answer.headers.get("Content-Encoding", ""), limit)
    parts: list[bytes] = []
    received = 0
    try:
        for chunk in answer.raw.stream(CHUNK_BYTES, decode_content=False):
            received += len(chunk)
            parts.append(decoder.feed(chunk))
            if received > limit:
                raise TooLargeError(f"the body is larger than {limit} bytes")
        decoder.finish()
    except TooLargeError:
        if not may_cut:
            raise
        return b"".join(parts)[:limit], True
    return b"".join(parts), False


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds to wait by the Retry-After header (a number or a date), or None."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())


def _hop(url: str, requested_at: dt.datetime, answer: requests.Response, body: bytes, *, is_truncated: bool) -> Hop:
    raw: Any = answer.raw
    request = answer.request
    asked = ((str(key), str(value)) for key, value in request.headers.items())
    return Hop(
        url=url,
        requested_at=requested_at,
        request_line=f"GET {request.path_url} HTTP/1.1",
        request_headers=(("Host", urlsplit(url).netloc), *asked),
        protocol="HTTP/1.0" if raw.version == 10 else "HTTP/1.1",
        status=answer.status_code,
        reason=str(answer.reason or ""),
        headers=tuple((str(key), str(value)) for key, value in raw.headers.iteritems()),
        body=body,
        is_truncated=is_truncated,
    )


def _elapsed_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
