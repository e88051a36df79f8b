"""The server of the sample site: HTTP/1.1 with conditional requests, on 127.0.0.1 only.

Belongs here: sockets, methods, status codes. Does not belong here: what the pages are, which is
`ingest.sample.pages`. Addresses are answered from memory by exact match, so that a path can never
lead out of the site.
"""

from __future__ import annotations

import logging
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from ingest.sample.pages import Resource, load_site

LOOPBACK = "127.0.0.1"
IDLE_SECONDS = 10.0
STOP_POLL_SECONDS = 0.05

log = logging.getLogger(__name__)


class SampleServerError(Exception):
    """The sample site cannot be served; the message says why and what to do."""


class _Server(ThreadingHTTPServer):
    """A threaded server that knows the site; connections left open do not delay its end."""

    daemon_threads = True

    def __init__(self, port: int, resources: Mapping[str, Resource]) -> None:
        self.resources = resources
        super().__init__((LOOPBACK, port), _Handler)

    def server_bind(self) -> None:
        """Bind without the reverse name look-up of the base class, which may wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    @property
    def address(self) -> str:
        """Where it listens, as `127.0.0.1:port`."""
        return f"{LOOPBACK}:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the server's resources."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "union-warehouse-sample"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # headers and body leave in one packet

    def do_GET(self) -> None:
        """Answer with headers and body."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers a GET would have."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Requests go to the debug log, not to stderr."""
        log.debug(format, *args)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        resource = self.server.resources.get(path)
        if resource is None and f"{path}/" in self.server.resources:
            self._redirect(f"{path}/")
        elif resource is None:
            self._not_found(with_body=with_body)
        elif is_not_modified(resource, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            self._send_head(HTTPStatus.NOT_MODIFIED, _validators(resource))
        else:
            self._send_resource(resource, with_body=with_body)

    def _send_resource(self, resource: Resource, *, with_body: bool) -> None:
        described = {"Content-Type": resource.content_type, "Content-Length": str(len(resource.body))}
        self._send_head(HTTPStatus.OK, described | _validators(resource))
        if with_body:
            self.wfile.write(resource.body)

    def _redirect(self, location: str) -> None:
        self._send_head(HTTPStatus.MOVED_PERMANENTLY, {"Location": location, "Content-Length": "0"})

    def _not_found(self, *, with_body: bool) -> None:
        body = b"Not found\n"
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
        self._send_head(HTTPStatus.NOT_FOUND, headers)
        if with_body:
            self.wfile.write(body)

    def _send_head(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def is_not_modified(resource: Resource, none_match: str | None, modified_since: str | None) -> bool:
    """Whether a conditional request already holds this resource (RFC 9110, 13.1.2 and 13.1.3).

    If-None-Match decides alone where it is given; a date that cannot be read is ignored.
    """
    if none_match is not None:
        known = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return "*" in known or resource.etag in known
    since = _read_date(modified_since)
    return since is not None and resource.last_modified <= since


@contextmanager
def serve(port: int = 0) -> Iterator[str]:
    """Serve the sample site in the background and yield its address, `127.0.0.1:port`.

    Port 0 takes any free port. Raises SampleServerError when the port is taken.
    """
    server = _open_server(port)
    thread = threading.Thread(target=server.serve_forever, args=(STOP_POLL_SECONDS,), name="sample-site", daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serve_forever(port: int, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve the sample site until interrupted; `on_ready` is told the address once it answers.

    Raises SampleServerError when the port is taken.
    """
    server = _open_server(port)
    try:
        if on_ready is not None:
            on_ready(server.address)
        server.serve_forever()
    except KeyboardInterrupt:
        log.info("interrupted, the sample site stops")
    finally:
        server.server_close()


def _open_server(port: int) -> _Server:
    resources = load_site()
    try:
        return _Server(port, resources)
    except (OSError, OverflowError) as error:
        raise SampleServerError(
            f"The sample site cannot listen on {LOOPBACK}:{port} ({_reason(error)}): "
            "stop the program that uses this port, or choose another one (0 takes any free port)."
        ) from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _validators(resource: Resource) -> dict[str, str]:
    stamp = format_datetime(resource.last_modified, usegmt=True)
    return {"ETag": resource.etag, "Last-Modified": stamp, "Cache-Control": "no-cache"}


def _read_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware time, or None where there is none that can be read."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
