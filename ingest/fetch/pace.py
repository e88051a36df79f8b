"""How often one host is asked: one request at a time, with a delay that follows its latency.

The delay is the time between the starts of two requests. It is at least the source's `delay_seconds` and
the host's Crawl-delay, moves towards the latency of good answers, and never falls on errors: an error is
often quick, and would otherwise make the crawler hurry a server in trouble.
"""

from __future__ import annotations

import fcntl
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.catalogue import Pace
from ingest.fetch.errors import HostGivenUpError

UNSAFE = re.compile(r"[^a-z0-9.-]")


@dataclass
class HostPace:
    """The state of one host. Times are seconds of a monotonic clock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    delay: float = 0.0
    next_start: float = 0.0
    failures: int = 0
    closed_reason: str | None = None


class Pacer:
    """Keeps the pace of every host that one client asks. Safe to use from several threads.

    With `folder`, a file per host there keeps it over processes too: two sources of one host that run at the same
    time take turns. The operating system frees the lock of a process that dies.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        folder: Path | None = None,
    ) -> None:
        self.clock, self.sleep, self.folder = clock, sleep, folder
        self._hosts: dict[str, HostPace] = {}
        self._lock = threading.Lock()

    def host(self, name: str) -> HostPace:
        """The state of a host, made on first use."""
        with self._lock:
            return self._hosts.setdefault(name, HostPace())

    @contextmanager
    def turn(self, name: str, pace: Pace, crawl_delay: float = 0.0) -> Iterator[None]:
        """Wait for this host's turn and hold it: no other request to the host starts meanwhile.

        Raises HostGivenUpError when the host was given up in this run.
        """
        host = self.host(name)
        with host.lock:
            if host.closed_reason:
                raise HostGivenUpError(host.closed_reason)
            host.delay = max(host.delay, pace.delay_seconds, crawl_delay)
            while (wait := host.next_start - self.clock()) > 0:
                self.sleep(wait)
            with self._turn_over_processes(name, host.delay):
                host.next_start = self.clock() + host.delay
                yield

    @contextmanager
    def _turn_over_processes(self, name: str, delay: float) -> Iterator[None]:
        """Hold the host's file, and wait until its last request, by whichever process, is `delay` seconds ago."""
        if self.folder is None:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{UNSAFE.sub('_', name)}.lock").open("a+", encoding="ascii") as handle:
            fcntl.flock(handle.fileno(), fcntl.LOCK_EX)
            handle.seek(0)
            since = _seconds_since(handle.read())
            if 0 <= since < delay:
                self.sleep(delay - since)
            handle.truncate(0)
            handle.write(repr(time.time()))
            handle.flush()
            yield

    def succeeded(self, name: str, pace: Pace, latency: float, crawl_delay: float = 0.0) -> None:
        """Note a good answer: the delay moves half way towards the latency, not below the floor."""
        host = self.host(name)
        target = max(pace.delay_seconds, crawl_delay, min(latency, pace.max_delay_seconds))
        self._set_delay(host, max(target, (host.delay + target) / 2))
        host.failures = 0

    def slow_down(self, name: str, pace: Pace, latency: float, *, is_busy: bool = False) -> None:
        """Note an error: the delay stays or grows (doubles when the server says it is busy)."""
        host = self.host(name)
        grown = max(latency, 2 * max(host.delay, 0.5) if is_busy else 0.0)
        self._set_delay(host, max(host.delay, min(grown, pace.max_delay_seconds)))

    def failed(self, name: str, pace: Pace, reason: str, latency: float) -> None:
        """Note a page that the host did not give after all tries; too many in a row close the host."""
        self.slow_down(name, pace, latency)
        host = self.host(name)
        host.failures += 1
        if host.failures >= pace.give_up_after:
            self.close_host(name, f"the host failed {host.failures} times in a row, the last time: {reason}")

    def close_host(self, name: str, reason: str) -> None:
        """Ask this host nothing more in this run."""
        host = self.host(name)
        host.closed_reason = host.closed_reason or f"{reason}; not asked again in this run"

    def hold(self, name: str, seconds: float) -> None:
        """Let no request to the host start before this many seconds from now (Retry-After)."""
        host = self.host(name)
        host.next_start = max(host.next_start, self.clock() + seconds)

    @staticmethod
    def _set_delay(host: HostPace, delay: float) -> None:
        """Change the delay, also for the turn that is already scheduled."""
        host.next_start += delay - host.delay
        host.delay = delay


def _seconds_since(written: str) -> float:
    """Seconds since the time that a host's file holds; endless when it holds none (new, or its writer died)."""
    try:
        return time.time() - float(written)
    except ValueError:
        return float("inf")
