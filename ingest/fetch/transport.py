"""Connections that go only where the guard allows and end when their time is over.

Belongs here: the requests adapter with its urllib3 connection classes. requests bounds each wait for
bytes, not the whole exchange: a server that drips one byte a second would hold a request for days. A
`Deadline` shuts the socket down when the total time is over, whatever the exchange is waiting for.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import sys
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ingest.fetch.errors import TimedOutError
from ingest.fetch.guard import Guard


class Deadline:
    """A bound on one whole exchange; use as a context manager. `is_over` tells whether it struck."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._sockets.clear()

    def watch(self, sock: socket.socket) -> None:
        """Shut this socket down when the time is over (at once, if it already is)."""
        with self._lock:
            self._sockets.append(sock)
            if self.is_over:
                _shut_down(sock)

    def _strike(self) -> None:
        with self._lock:
            self.is_over = True
            for sock in self._sockets:
                _shut_down(sock)


def _shut_down(sock: socket.socket) -> None:
    # the plain method, also for TLS sockets: the reader is waiting inside TLS and must be woken
    with contextlib.suppress(OSError, ValueError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


@dataclass(frozen=True)
class Exchange:
    """What the connection classes must know about the request in hand."""

    guard: Guard
    is_local: bool
    deadline: Deadline


CURRENT: ContextVar[Exchange] = ContextVar("current_exchange")


def _connect(connection: HTTPConnection) -> socket.socket:
    """Open a socket to the addresses that the guard allows, in order; like urllib3's own `_new_conn`."""
    exchange = CURRENT.get()
    targets = _resolve(connection, exchange) if connection.proxy is None else [(connection.host, connection.port or 80)]
    failure: OSError | None = None
    for target in targets:
        try:
            return _open(connection, exchange, target)
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, f"no connection within {connection.timeout} s") from failure
    raise NewConnectionError(connection, f"no connection: {failure}") from failure


def _resolve(connection: HTTPConnection, exchange: Exchange) -> list[tuple[str, int]]:
    """The guard's addresses, within the time to connect: the system's resolver knows no time-out of ours."""
    answers: queue.SimpleQueue[list[tuple[str, int]] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(exchange.guard.addresses(connection.host, connection.port or 80, is_local=exchange.is_local))
        except Exception as error:  # noqa: BLE001 - handed to the thread that asked
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=_seconds(connection, exchange))
    except queue.Empty:
        raise TimedOutError(f"no answer in time: the name {connection.host} was not resolved") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _seconds(connection: HTTPConnection, exchange: Exchange) -> float:
    return connection.timeout if isinstance(connection.timeout, int | float) else exchange.deadline.seconds


def _open(connection: HTTPConnection, exchange: Exchange, target: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(target, timeout=_seconds(connection, exchange))
    for option in connection.socket_options or ():
        sock.setsockopt(*option)
    sys.audit("http.client.connect", connection, connection.host, connection.port)
    exchange.deadline.watch(sock)
    return sock


class _WatchedRequests:
    """Puts the socket of each request under the deadline in hand, also when the connection is reused."""

    sock: socket.socket | None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self._watch()

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        self._watch()
        super().putrequest(*args, **kwargs)  # type: ignore[misc]

    def _watch(self) -> None:
        if isinstance(self.sock, socket.socket):
            CURRENT.get().deadline.watch(self.sock)


class GuardedHTTPConnection(_WatchedRequests, HTTPConnection):
    """A plain connection to an allowed address."""

    def _new_conn(self) -> socket.socket:
        return _connect(self)


class GuardedHTTPSConnection(_WatchedRequests, HTTPSConnection):
    """A TLS connection to an allowed address; the certificate is checked against the host's name."""

    def _new_conn(self) -> socket.socket:
        return _connect(self)


class GuardedHTTPPool(HTTPConnectionPool):
    """A pool of guarded plain connections."""

    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    """A pool of guarded TLS connections."""

    ConnectionCls = GuardedHTTPSConnection


POOLS = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}


class GuardedAdapter(HTTPAdapter):
    """The requests adapter whose every connection, direct or through a proxy, is a guarded one."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pool manager, then give it the guarded pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """The manager of a proxy, with the guarded pools (the proxy itself may be anywhere)."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = POOLS
        return manager
