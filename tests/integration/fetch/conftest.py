"""A server that can be made to fail in every way, on real sockets of this machine."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from ingest.catalogue import Source
from ingest.fetch import FetchResult, Guard, HttpClient, crawl_source, fetch_pages, open_archive
from ingest.schemas import FetchLog, PageRefs, Quarantine, Snapshots, typed_frame

GOOD_BODY = "<html><head><title>总工会</title></head><body>全区有工会会员570.8万人。</body></html>".encode()


@dataclass(frozen=True)
class Request:
    """A request as the server saw it."""

    at: float
    host: str
    path: str
    headers: dict[str, str]


Behaviour = Callable[[socket.socket, Request], None]


def reply(status: str = "200 OK", body: bytes = GOOD_BODY, **headers: str) -> Behaviour:
    """A whole and honest answer. Underscores in header names become dashes; None removes a header."""
    given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    data = f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body
    return lambda connection, request: connection.sendall(data)


def raw(*pieces: bytes | float) -> Behaviour:
    """Bytes as they are, with pauses in seconds between them."""

    def behave(connection: socket.socket, request: Request) -> None:
        for piece in pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            else:
                time.sleep(piece)

    return behave


def drip(head: bytes, seconds: float = 5.0) -> Behaviour:
    """A start, then one byte every 50 ms."""

    def behave(connection: socket.socket, request: Request) -> None:
        connection.sendall(head)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.sendall(b"x")
            time.sleep(0.05)

    return behave


def endless(head: bytes, piece: bytes) -> Behaviour:
    """A start, then the same piece until the client hangs up."""

    def behave(connection: socket.socket, request: Request) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def reset(after: bytes = b"") -> Behaviour:
    """Some bytes, then a TCP reset."""

    def behave(connection: socket.socket, request: Request) -> None:
        if after:
            connection.sendall(after)
            time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One behaviour after the other, request by request; the last one stays."""
    waiting = list(behaviours)

    def behave(connection: socket.socket, request: Request) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(connection, request)

    return behave


@dataclass
class FaultServer:
    """Answers by path (`/x`) or host and path (`a.localhost/x`); everything else is 404. Keeps a log."""

    listener: socket.socket
    wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection
    routes: dict[str, Behaviour] = field(default_factory=dict)
    log: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        host, port = self.listener.getsockname()
        self.address = f"{host}:{port}"

    def paths(self) -> list[str]:
        """The paths asked for so far, without robots.txt."""
        return [request.path for request in self.log if request.path != "/robots.txt"]

    def stop(self) -> None:
        """Listen no more; calling it twice does no harm."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), self.wrap(connection) as wrapped:
            wrapped.settimeout(10)
            request = self._read(wrapped)
            if request:
                self.log.append(request)
                missing = reply("404 Not Found", b"not here")
                route = self.routes.get(f"{request.host}{request.path}") or self.routes.get(request.path) or missing
                route(wrapped, request)
        connection.close()

    @staticmethod
    def _read(connection: socket.socket) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        first, *lines = data.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        return Request(time.monotonic(), headers.get("Host", ""), first.split(" ")[1], headers)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A fault server on a free port of the loopback interface."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    fault_server = FaultServer(listener)
    threading.Thread(target=fault_server.run, daemon=True).start()
    yield fault_server
    fault_server.stop()


# no pause between requests, but time enough that a busy machine is never taken for a silent server
EAGER = {
    "delay_seconds": 0, "retries": 1, "backoff_seconds": 0.01, "connect_seconds": 60, "read_seconds": 60,
    "total_seconds": 120, "max_body_bytes": 200_000, "give_up_after": 50, "max_retry_after_seconds": 2,
}  # fmt: skip


def make_source(**changes: object) -> Source:
    """A local source on a.localhost that is asked without delay; `pace` adds to EAGER."""
    pace = EAGER | dict(changes.pop("pace", {}))  # type: ignore[call-overload]
    given = {
        "source_id": "faulty", "title": "t", "publisher": "p", "homepage": "http://a.localhost/", "licence": "l",
        "terms": "t", "region": "r", "level": "county", "authority_kind": "gazetteer", "is_local": True,
        "hosts": ["a.localhost", "b.localhost"], "pages": ["http://a.localhost/page"], "verified_on": None,
    }  # fmt: skip
    return Source.model_validate(given | changes | {"pace": pace})


@dataclass
class Bench:
    """Runs a source against the fault server with one archive, keeping snapshots from run to run."""

    server: FaultServer
    root: Path
    snapshots: pl.DataFrame = field(default_factory=lambda: typed_frame(Snapshots, []))
    quarantine: pl.DataFrame = field(default_factory=lambda: typed_frame(Quarantine, []))
    refs: pl.DataFrame = field(default_factory=lambda: typed_frame(PageRefs, []))

    def client(self) -> HttpClient:
        return HttpClient(Guard(local_address=self.server.address), contact="mailto:test@example.org")

    def run(self, source: Source, http: HttpClient | None = None) -> FetchResult:
        """Crawl and fetch once; frames are validated, snapshots kept for the next run."""
        with http or self.client() as client, open_archive(self.root, source.source_id) as archive:
            self.refs, crawl_quarantine = crawl_source(source, client, archive=archive)
            result = fetch_pages(source, self.refs, self.snapshots, archive, client)
        PageRefs.validate(self.refs, lazy=True)
        FetchLog.validate(result.fetch_log, lazy=True)
        self.snapshots = Snapshots.validate(result.snapshots, lazy=True)
        self.quarantine = Quarantine.validate(pl.concat([crawl_quarantine, result.quarantine]), lazy=True)
        return result


@pytest.fixture
def bench(server: FaultServer, tmp_path: Path) -> Bench:
    """A bench with an empty archive."""
    return Bench(server, tmp_path / "archive")
