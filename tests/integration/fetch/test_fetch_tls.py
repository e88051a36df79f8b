"""HTTPS: a certificate that does not convince ends the request; nothing is read past it.

`data/server.pem` is a self-signed certificate for a.localhost with its (public, worthless) key.
"""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import pytest
from conftest import Bench, make_source, reply

DATA = Path(__file__).parent / "data"
PAGE = ["https://a.localhost/page"]


@pytest.fixture
def secure(bench: Bench) -> Bench:
    """The fault server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "server.pem")
    bench.server.wrap = lambda connection: context.wrap_socket(connection, server_side=True)
    bench.server.routes = {"/page": reply(), "/robots.txt": reply("404 Not Found")}
    return bench


def reason_of(bench: Bench, pages: list[str] = PAGE, **pace: float) -> str:
    row = bench.run(make_source(pages=pages, pace=pace)).fetch_log.row(0, named=True)
    assert row["outcome"] in ("failed", "refused_by_robots")
    assert bench.server.paths() == []
    return row["reason"]


def test_a_trusted_certificate_is_accepted(secure: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(DATA / "ca.pem"))
    assert secure.run(make_source(pages=PAGE)).counts() == {"listed": 1, "fetched": 1}


def test_a_self_signed_certificate_is_refused(secure: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    assert "TLS failed" in reason_of(secure)


def test_a_certificate_for_another_host_is_refused(secure: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(DATA / "ca.pem"))
    assert "TLS failed" in reason_of(secure, ["https://b.localhost/page"])


def test_plain_http_on_the_tls_port_is_refused(bench: Bench):
    def talk_plainly(connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        raise OSError

    bench.server.wrap = talk_plainly
    assert "TLS failed" in reason_of(bench)


def test_a_handshake_that_never_ends_is_left(bench: Bench):
    def wait(connection):
        time.sleep(30)
        raise OSError

    bench.server.wrap = wait
    started = time.monotonic()
    reason = reason_of(bench, read_seconds=1, connect_seconds=1, total_seconds=1.5, retries=0)
    assert "no answer in time" in reason or "longer than" in reason
    assert time.monotonic() - started < 30, "the handshake was waited for"
