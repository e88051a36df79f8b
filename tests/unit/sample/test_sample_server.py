"""The sample site's server: what a polite client and an impolite one get from it."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ingest.sample import SampleServerError, serve

ARTICLE = "/nianjian/2018juan/qunzhongtuanti/2019-03-01/101.html"
LAST_MODIFIED = "Sun, 01 Mar 2026 00:00:00 GMT"
Answer = tuple[http.client.HTTPResponse, bytes]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve() as where:
        yield where


def ask(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_page_carries_strong_validators(address: str) -> None:
    response, body = ask(address, ARTICLE)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Last-Modified"] == LAST_MODIFIED
    assert response.headers["ETag"].startswith('"')
    assert "570.8万人" in body.decode("utf-8")


def test_two_runs_send_the_same_validators(address: str) -> None:
    first, _ = ask(address, ARTICLE)
    with serve() as other:
        second, _ = ask(other, ARTICLE)
    assert first.headers["ETag"] == second.headers["ETag"]


def test_head_sends_the_headers_of_get_without_body(address: str) -> None:
    got, body = ask(address, ARTICLE)
    head, nothing = ask(address, ARTICLE, method="HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["Content-Length"] == str(len(body)) == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"If_None_Match": "{etag}"}, 304),
        ({"If_None_Match": 'W/"other", W/{etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": LAST_MODIFIED}, 304),
        ({"If_Modified_Since": "Sat, 28 Feb 2026 23:59:59 GMT"}, 200),
        ({"If_Modified_Since": "last spring"}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": LAST_MODIFIED}, 200),  # the tag decides alone
    ],
)
def test_conditional_request(address: str, condition: dict[str, str], status: int) -> None:
    etag = ask(address, ARTICLE)[0].headers["ETag"]
    response, body = ask(address, ARTICLE, **{name: value.format(etag=etag) for name, value in condition.items()})
    assert response.status == status
    assert bool(body) == (status == 200)
    assert response.headers["ETag"] == etag


@pytest.mark.parametrize(
    "path",
    [
        "/nianjian/2018juan/qunzhongtuanti/2019-03-01/199.html",
        "/../server.py",
        "/nianjian/../../server.py",
        "/%2e%2e/server.py",
        "/..%2fmanifest.yaml",
        "//etc/passwd",
        "/nianjian/%00",
        "/manifest.yaml",
    ],
)
def test_unknown_path_and_path_out_of_the_site_are_not_found(address: str, path: str) -> None:
    response, body = ask(address, path)
    assert (response.status, body) == (404, b"Not found\n")


def test_folder_without_slash_is_redirected(address: str) -> None:
    response, _ = ask(address, "/nianjian/2018juan")
    assert (response.status, response.headers["Location"]) == (301, "/nianjian/2018juan/")


def test_connection_stays_open_between_requests(address: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=5)
    statuses = []
    for path, method in ((ARTICLE, "GET"), ("/none", "GET"), ("/none", "HEAD"), ("/nianjian", "GET"), ("/", "GET")):
        connection.request(method, path)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [200, 404, 404, 301, 200]


def test_gbk_bytes_are_labelled_gb2312(address: str) -> None:
    response, body = ask(address, "/tongji/2021/nj2423.html")
    assert response.headers["Content-Type"] == "text/html; charset=gb2312"
    assert "李堃" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/nianjian/2014juan/qunzhongtuanti/2015-03-23/601.html", "text/html; charset=ISO-8859-1"),
        ("/nianjian/2022juan/qunzhongtuanti/2023-02-16/701.html", "text/html"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_other_charset_headers(address: str, path: str, content_type: str) -> None:
    response, body = ask(address, path)
    assert response.headers["Content-Type"] == content_type
    body.decode("utf-8")


def test_listens_on_loopback_only(address: str) -> None:
    host, port = address.split(":")
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", int(port)), timeout=2)


def test_taken_port_is_one_clear_sentence(address: str) -> None:
    port = int(address.split(":")[1])
    with (
        pytest.raises(SampleServerError, match=rf"cannot listen on 127\.0\.0\.1:{port} \(.+\): stop the program"),
        serve(port),
    ):
        pass


def test_port_is_free_again_after_use() -> None:
    with serve() as first:
        port = int(first.split(":")[1])
        ask(first, "/")
    with serve(port) as second:
        assert second == first


def test_serve_forever_answers_until_interrupted() -> None:
    # a shell starts background jobs with interrupts ignored, and all their children inherit that
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = (
        f"{heed}; from ingest.sample import serve_forever; serve_forever(0, lambda where: print(where, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            response, _ = ask(process.stdout.readline().strip(), "/robots.txt")
            process.send_signal(signal.SIGINT)
            assert (response.status, process.wait(timeout=10)) == (200, 0)
        finally:
            process.kill()
