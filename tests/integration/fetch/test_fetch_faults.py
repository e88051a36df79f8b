"""What servers do wrong, one fault per row: what is recorded, and that the page stored before is kept.

Each row: the fault, what the server does, the check under which it is quarantined, a piece of the reason.
"""

from __future__ import annotations

import gzip
import time
import zlib

import pytest
from conftest import GOOD_BODY, Behaviour, Bench, drip, endless, in_turn, make_source, raw, reply, reset

from ingest.fetch import Guard, HttpClient, read_body

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
GZIPPED = gzip.compress(GOOD_BODY * 9)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = 30.0  # seconds for which a slow server would go on


# checks whose outcome in the fetch log is not plainly `failed`
OUTCOMES = {"gone": "gone", "host_not_allowed": "host_not_allowed", "refused_by_robots": "refused_by_robots"}


def to(location: str, status: str = "302 Found") -> Behaviour:
    return reply(status, b"", Location=location)


def gzipped(body: bytes, encoding: str = "gzip") -> Behaviour:
    return reply(body=body, Content_Encoding=encoding)


FAULTS = [
    ("reset before the answer", reset(), "connection", "connection failed"),
    ("closed before the answer", raw(), "connection", "connection failed"),
    ("reset inside the body", reset(HEAD + b"Content-Length: 900\r\n\r\nabc"), "connection", "connection"),
    ("closed inside the body", raw(HEAD + b"Content-Length: 900\r\n\r\nabc"), "connection", "IncompleteRead"),
    ("closed inside the head", raw(b"HTTP/1.1 200 OK\r\nContent-"), "empty_body", "empty"),
    ("chunks cut short", raw(CHUNKED + b"5\r\nabcde\r\n"), "connection", "connection failed"),
    ("a chunk size that is none", raw(CHUNKED + b"zz\r\nabc\r\n"), "connection", "connection failed"),
    ("a chunk shorter than it says", raw(CHUNKED + b"ff\r\nabc"), "connection", "connection failed"),
    ("rubbish instead of a status", raw(b"\x00\x01\x02rubbish\r\n\r\n"), "connection", "connection failed"),
    ("a status that is no number", raw(b"HTTP/1.1 abc OK\r\n\r\n"), "connection", "connection failed"),
    ("a header line without end", endless(HEAD + b"X-A: ", b"a" * 65536), "connection", "more than 65536"),
    ("headers without end", endless(HEAD, b"X-A: a\r\n"), "connection", "more than 100 headers"),
    ("plain text called gzip", reply(Content_Encoding="gzip"), "bad_content_encoding", "not gzip"),
    (
        "gzip cut short",
        gzipped(GZIPPED[:-9]),
        "bad_content_encoding",
        "cut short",
    ),
    (
        "gzip with a wrong checksum",
        gzipped(GZIPPED[:-8] + bytes(8)),
        "bad_content_encoding",
        "incorrect data check",
    ),
    (
        "broken deflate",
        gzipped(zlib.compress(GOOD_BODY)[:9], "deflate"),
        "bad_content_encoding",
        "cut short",
    ),
    ("an encoding nobody asked for", reply(Content_Encoding="br"), "bad_content_encoding", "'br'"),
    ("a gzip bomb", gzipped(gzip.compress(bytes(50_000_000))), "too_large", "unfolds to more than 200000"),
    ("a body announced too large", reply(Content_Length="999999999"), "too_large", "announced"),
    ("a stream without end", endless(HEAD + b"\r\n", b"x" * 65536), "too_large", "larger than 200000"),
    ("chunks without end", endless(CHUNKED, b"ffff\r\n" + b"x" * 65535 + b"\r\n"), "too_large", "larger"),
    ("a redirect to itself", to("/page"), "redirect", "in a circle"),
    ("two redirects in a circle", in_turn(to("/page?2"), to("/page")), "redirect", "in a circle"),
    ("a redirect without Location", reply("301 Moved"), "redirect", "without a Location"),
    ("a redirect to another scheme", to("ftp://a.localhost/page"), "redirect", "leads nowhere"),
    ("a redirect to a file", to("file:///etc/passwd"), "redirect", "leads nowhere"),
    ("a redirect to a foreign host", to("http://evil.example/page"), "host_not_allowed", "evil.example is not in"),
    (
        "a redirect to a private address",
        to("http://169.254.169.254/latest/"),
        "host_not_allowed",
        "169.254.169.254 is not in",
    ),
    ("a redirect to a forbidden path", to("/neibu/page"), "refused_by_robots", "forbids"),
    ("429 with a long Retry-After", reply("429 Too Many", Retry_After="3600"), "server_busy", "wait 3600 s"),
    ("503 for ever", reply("503 Busy"), "server_busy", "status 503"),
    ("502 for ever", reply("502 Bad Gateway"), "server_busy", "status 502"),
    ("504 for ever", reply("504 Gateway Time-out"), "server_busy", "status 504"),
    ("500", reply("500 Oops"), "http_status", "status 500 instead of a page"),
    ("403", reply("403 Forbidden"), "http_status", "left alone"),
    ("a script challenge", reply("521 ", b"<script>c()</script>"), "http_status", "status 521"),
    ("404", reply("404 Not Found"), "gone", "no longer there"),
    ("410", reply("410 Gone"), "gone", "no longer there"),
    ("204", reply("204 No Content", b""), "http_status", "status 204"),
    ("206 unasked", reply("206 Partial Content"), "http_status", "status 206"),
    ("an empty body", reply(body=b""), "empty_body", "empty"),
    ("a PDF", reply(Content_Type="application/pdf"), "content_type", "application/pdf"),
]


# slow servers: what they do, the one bound on time that they meet, a piece of the reason
SILENT = {"read_seconds": 2.0}
DRIPPING = {"total_seconds": 3.0}
SLOW = [
    ("silence instead of an answer", raw(LONG), SILENT, "no answer in time"),
    ("silence inside the body", raw(HEAD + b"Content-Length: 9\r\n\r\nab", LONG), SILENT, "in time"),
    ("a dripping head", drip(b"HTTP/1.1 200 OK\r\nX-A: ", LONG), DRIPPING, "longer than 3"),
    ("a dripping body", drip(HEAD + b"\r\n", LONG), DRIPPING, "longer than 3"),
    ("a dripping body with length", drip(HEAD + b"Content-Length: 900\r\n\r\n", LONG), DRIPPING, "longer than 3"),
]


@pytest.mark.parametrize(("behaviour", "check", "reason"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_recorded_and_the_stored_page_is_kept(bench: Bench, behaviour, check, reason):
    meet_fault(bench, behaviour, {}, check, reason)


@pytest.mark.parametrize(("behaviour", "bound", "reason"), [row[1:] for row in SLOW], ids=[row[0] for row in SLOW])
def test_a_slow_server_is_left_and_the_stored_page_is_kept(bench: Bench, behaviour, bound, reason):
    started = time.monotonic()
    meet_fault(bench, behaviour, bound, "time_out", reason)
    assert time.monotonic() - started < LONG, "the server was waited for"


def meet_fault(bench: Bench, behaviour: Behaviour, bound: dict[str, float], check: str, reason: str) -> None:
    """Store a page, let its server fail, ask again: the fault is told and the stored page is still there."""
    outcome = OUTCOMES.get(check, "failed")
    source = make_source(pace={"retries": 0})
    bench.server.routes = {"/page": reply(), "/robots.txt": reply(body=b"User-agent: *\nDisallow: /neibu/\n")}
    assert bench.run(source).counts() == {"listed": 1, "fetched": 1}
    stored = bench.snapshots.row(0, named=True)

    bench.server.routes["/page"] = bench.server.routes["/page?2"] = behaviour
    result = bench.run(make_source(pace={"retries": 0, **bound}))

    row = result.fetch_log.row(0, named=True)
    assert row["outcome"] == outcome
    assert reason in row["reason"]
    assert bench.quarantine.select("stage", "url", "check").rows() == [("fetch", "http://a.localhost/page", check)]
    kept = bench.snapshots.row(0, named=True)
    assert kept["is_gone"] is (outcome == "gone")
    assert {**kept, "is_gone": False, "checked_at": None} == {**stored, "checked_at": None}
    assert read_body(bench.root, kept["warc_file"], kept["warc_offset"]) == (GOOD_BODY, "text/html; charset=utf-8")
    assert "/neibu/page" not in bench.server.paths()


@pytest.mark.parametrize(
    "fault", [reset(), raw(), raw(CHUNKED + b"5\r\nab"), reply("503 Busy"), reply("429 Slow", Retry_After="0")]
)
def test_a_passing_fault_is_overcome_by_a_retry(bench: Bench, fault: Behaviour):
    bench.server.routes["/page"] = in_turn(fault, reply())
    row = bench.run(make_source()).fetch_log.row(0, named=True)
    assert (row["outcome"], row["status"], row["attempts"]) == ("fetched", 200, 2)


def test_retry_after_in_seconds_and_as_a_date_is_waited_for(bench: Bench):
    late = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))
    for value, least in (("1", 1.0), (late, 0.9)):
        bench.server.log.clear()
        bench.server.routes["/page"] = in_turn(reply("429 Slow", Retry_After=value), reply())
        assert bench.run(make_source()).fetch_log["outcome"].to_list() in (["fetched"], ["unchanged"])
        first, second = [request.at for request in bench.server.log if request.path == "/page"]
        assert second - first >= least


def test_nothing_listens(bench: Bench):
    bench.server.stop()
    row = bench.run(make_source()).fetch_log.row(0, named=True)
    assert row["outcome"] == "refused_by_robots"
    assert "robots.txt could not be read (the connection failed" in row["reason"]


def test_a_host_name_without_address(bench: Bench):
    def no_address(host: str, port: int) -> list[str]:
        raise OSError(f"no such host {host}")

    source = make_source(hosts=["nowhere.example"], pages=["http://nowhere.example/page"], is_local=False)
    row = bench.run(source, HttpClient(Guard(resolver=no_address))).fetch_log.row(0, named=True)
    assert "the host nowhere.example has no address" in row["reason"]


def test_a_name_server_that_never_answers(bench: Bench):
    def silence(host: str, port: int) -> list[str]:
        time.sleep(LONG)
        return ["8.8.8.8"]

    source = make_source(
        hosts=["slow.example"], pages=["http://slow.example/page"], is_local=False, pace={"connect_seconds": 2}
    )
    started = time.monotonic()
    row = bench.run(source, HttpClient(Guard(resolver=silence))).fetch_log.row(0, named=True)
    assert "the name slow.example was not resolved" in row["reason"]
    assert time.monotonic() - started < LONG


def test_an_allowed_public_name_that_leads_to_a_private_address_is_never_connected(bench: Bench):
    port = bench.server.address.rpartition(":")[2]
    source = make_source(hosts=["rebound.example"], pages=[f"http://rebound.example:{port}/page"], is_local=False)
    result = bench.run(source, HttpClient(Guard(resolver=lambda host, port: ["127.0.0.1"])))
    row = result.fetch_log.row(0, named=True)
    assert row["outcome"] == "refused_by_robots"
    assert "leads to 127.0.0.1, which is not a public address" in row["reason"]
    assert bench.server.log == []


def test_endless_redirects_end(bench: Bench):
    for number in range(20):
        bench.server.routes[f"/page{number or ''}"] = to(f"/page{number + 1}")
    row = bench.run(make_source()).fetch_log.row(0, named=True)
    assert row["reason"] == "more than 5 redirects"
    assert bench.server.paths() == ["/page", "/page1", "/page2", "/page3", "/page4", "/page5"]


def test_a_redirect_to_an_allowed_host_is_followed_and_archived_under_the_page_address(bench: Bench):
    bench.server.routes = {
        "a.localhost/page": to("http://b.localhost/moved"),
        "b.localhost/moved": reply(body=b"moved here"),
    }
    bench.run(make_source())
    row = bench.snapshots.row(0, named=True)
    assert row["url"] == "http://a.localhost/page"
    assert read_body(bench.root, row["warc_file"], row["warc_offset"])[0] == b"moved here"


def test_a_short_content_length_does_not_leak_into_the_next_answer(bench: Bench):
    bench.server.routes = {
        "/page": reply(body=GOOD_BODY, Content_Length="20", Connection="keep-alive"),
        "/other": reply(body=b"other"),
    }
    bench.run(make_source(pages=["http://a.localhost/page", "http://a.localhost/other"]))
    bodies = {
        row["url"]: read_body(bench.root, row["warc_file"], row["warc_offset"])[0]
        for row in bench.snapshots.rows(named=True)
    }
    assert bodies == {"http://a.localhost/page": GOOD_BODY[:20], "http://a.localhost/other": b"other"}


def test_a_page_just_inside_the_bound_is_kept_whole(bench: Bench):
    body = b"<p>" + b"x" * 9_999_990
    bench.server.routes["/page"] = reply(body=body)
    bench.run(make_source(pace={"max_body_bytes": 10_000_000}))
    row = bench.snapshots.row(0, named=True)
    assert row["body_bytes"] == 9_999_993
    assert read_body(bench.root, row["warc_file"], row["warc_offset"])[0] == body


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("text/html; charset=utf-8", "工会会员570.8万人".encode("gb18030")),
        ("text/html; charset=gb2312", "工会会员570.8万人".encode()),
        ("text/html; charset=x-nonsense", "工會會員".encode("big5")),
        ("text/html", bytes(range(256)) * 20),
    ],
)
def test_wrong_and_lying_charsets_leave_the_bytes_alone(bench: Bench, header: str, body: bytes):
    bench.server.routes["/page"] = reply(body=body, Content_Type=header)
    bench.run(make_source())
    row = bench.snapshots.row(0, named=True)
    assert read_body(bench.root, row["warc_file"], row["warc_offset"]) == (body, header)


def test_strange_headers_are_archived_readably(bench: Bench):
    head = "HTTP/1.1 200 一切正常\r\nContent-Type: text/html\r\nX-标题: 总工会\r\nConnection: close\r\n\r\n"
    bench.server.routes["/page"] = raw(head.encode() + GOOD_BODY)
    assert bench.run(make_source()).counts() == {"listed": 1, "fetched": 1}
    row = bench.snapshots.row(0, named=True)
    assert read_body(bench.root, row["warc_file"], row["warc_offset"])[0] == GOOD_BODY


def test_cookies_are_never_sent_back_and_we_introduce_ourselves(bench: Bench):
    bench.server.routes = {"/page": reply(Set_Cookie="session=1; Path=/"), "/other": reply()}
    bench.run(make_source(pages=["http://a.localhost/page", "http://a.localhost/other"]))
    bench.run(make_source())
    assert all("Cookie" not in request.headers for request in bench.server.log)
    agents = {request.headers["User-Agent"] for request in bench.server.log}
    assert agents == {"union-metrics-warehouse/0.1 (yearbook statistics; mailto:test@example.org)"}


# conditional requests


def test_validators_are_sent_and_304_means_unchanged(bench: Bench):
    modified = "Sun, 01 Mar 2020 00:00:00 GMT"
    bench.server.routes["/page"] = in_turn(reply(ETag='"v1"', Last_Modified=modified), reply("304 Not Modified", b""))
    bench.run(make_source())
    first = bench.snapshots.row(0, named=True)
    result = bench.run(make_source())
    second = bench.snapshots.row(0, named=True)
    sent = [request.headers for request in bench.server.log if request.path == "/page"]
    assert "If-None-Match" not in sent[0]
    assert (sent[1]["If-None-Match"], sent[1]["If-Modified-Since"]) == ('"v1"', modified)
    assert result.counts() == {"listed": 1, "unchanged": 1}
    assert second["checked_at"] > first["checked_at"]
    assert {**second, "checked_at": None} == {**first, "checked_at": None}


def test_a_changed_etag_with_the_same_body_is_unchanged(bench: Bench):
    bench.server.routes["/page"] = in_turn(reply(ETag='"v1"'), reply(ETag='"v2"'))
    bench.run(make_source())
    first = bench.snapshots.row(0, named=True)
    assert bench.run(make_source()).counts() == {"listed": 1, "unchanged": 1}
    second = bench.snapshots.row(0, named=True)
    assert second["etag"] == '"v2"'
    assert (second["warc_file"], second["warc_offset"]) == (first["warc_file"], first["warc_offset"])


def test_304_without_a_validator_is_a_failure(bench: Bench):
    bench.server.routes["/page"] = reply("304 Not Modified", b"")
    row = bench.run(make_source()).fetch_log.row(0, named=True)
    assert (row["outcome"], row["reason"]) == ("failed", "status 304 without a conditional request")


def test_a_gone_page_that_comes_back_is_no_longer_gone(bench: Bench):
    bench.server.routes["/page"] = in_turn(reply(), reply("404 Not Found"), reply())
    seen = []
    for _ in range(3):
        bench.run(make_source())
        seen.append(bench.snapshots["is_gone"].to_list())
    assert seen == [[False], [True], [False]]


def test_a_changed_body_is_a_new_snapshot_and_the_old_one_stays_readable(bench: Bench):
    bench.server.routes["/page"] = in_turn(reply(body=b"first"), reply(body=b"second"))
    bench.run(make_source())
    old = bench.snapshots.row(0, named=True)
    assert bench.run(make_source()).counts() == {"listed": 1, "fetched": 1}
    new = bench.snapshots.row(0, named=True)
    assert read_body(bench.root, old["warc_file"], old["warc_offset"])[0] == b"first"
    assert read_body(bench.root, new["warc_file"], new["warc_offset"])[0] == b"second"


# robots.txt


@pytest.mark.parametrize(
    ("fault", "behaviour", "outcome"),
    [
        ("allows", reply(body=b"User-agent: *\nDisallow:\n"), "fetched"),
        ("forbids", reply(body=b"User-agent: *\nDisallow: /p\n"), "refused_by_robots"),
        ("is not there", reply("404 Not Found"), "fetched"),
        ("is refused", reply("403 Forbidden"), "fetched"),
        ("fails", reply("500 Oops"), "refused_by_robots"),
        ("is busy", reply("503 Busy"), "refused_by_robots"),
        ("asks to slow down", reply("429 Slow"), "refused_by_robots"),
        ("never answers", raw(LONG), "refused_by_robots"),
        ("is reset", reset(), "refused_by_robots"),
        ("fails once", in_turn(reply("503 Busy"), reply(body=b"")), "fetched"),
        ("moved", to("/rules.txt"), "refused_by_robots"),
        ("moved to a foreign host", to("http://evil.example/robots.txt"), "refused_by_robots"),
        ("moves in a circle", to("/robots.txt"), "fetched"),
        ("has no end", endless(HEAD + b"\r\nUser-agent: *\nDisallow: /p\n", b"# filler\n" * 999), "refused_by_robots"),
        ("is a web page", reply(), "fetched"),
        ("asks for a day between requests", reply(body=b"User-agent: *\nCrawl-delay: 86400\n"), "refused_by_robots"),
    ],
)
def test_robots_txt(bench: Bench, fault: str, behaviour: Behaviour, outcome: str):
    bench.server.routes = {
        "/page": reply(),
        "/robots.txt": behaviour,
        "/rules.txt": reply(body=b"User-agent: *\nDisallow: /page\n"),
    }
    result = bench.run(make_source(pace=SILENT if fault == "never answers" else {}))
    assert result.fetch_log["outcome"].to_list() == [outcome]
    assert ("/page" in bench.server.paths()) is (outcome == "fetched")


def test_robots_txt_is_asked_once_per_host_and_run(bench: Bench):
    bench.server.routes = {f"/page{n}": reply() for n in range(5)}
    bench.run(make_source(pages=[f"http://{h}.localhost/page{n}" for n in range(5) for h in "ab"]))
    assert [request.host for request in bench.server.log if request.path == "/robots.txt"].count("a.localhost") == 1
    assert len(bench.server.log) == 12


# a host in trouble


def test_a_host_that_is_down_is_given_up_and_its_neighbour_is_not(bench: Bench):
    pages = [f"http://{host}.localhost/page{number}" for host in "ab" for number in range(10)]
    for number in range(10):
        bench.server.routes[f"a.localhost/page{number}"] = reset()
        bench.server.routes[f"b.localhost/page{number}"] = reply()
    result = bench.run(make_source(pages=pages, pace={"give_up_after": 3}))
    assert result.counts() == {"listed": 20, "failed": 10, "fetched": 10}
    assert len([request for request in bench.server.log if request.host == "a.localhost"]) == 1 + 3 * 2
    assert result.fetch_log["reason"].str.contains("not asked again in this run").sum() == 7


def test_a_run_asks_at_most_max_pages_and_the_next_run_goes_on(bench: Bench):
    pages = [f"http://a.localhost/page{number}" for number in range(5)]
    bench.server.routes = {f"/page{number}": reply() for number in range(5)}
    source = make_source(pages=pages, pace={"max_pages": 3})
    assert bench.run(source).counts() == {"listed": 5, "failed": 2, "fetched": 3}
    assert bench.run(source).counts() == {"listed": 5, "failed": 2, "fetched": 2, "unchanged": 1}
    assert bench.snapshots.height == 5
