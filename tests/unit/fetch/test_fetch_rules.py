"""Small rules of fetching: robots.txt, pace, decompression, public addresses, who we say we are."""

from __future__ import annotations

import gzip
import threading
import zlib

import pytest

from ingest.catalogue import Pace
from ingest.fetch.client import user_agent
from ingest.fetch.decoding import Decoder
from ingest.fetch.errors import AddressRefusedError, BadEncodingError, ConnectError, HostGivenUpError, TooLargeError
from ingest.fetch.guard import Guard, is_public
from ingest.fetch.pace import Pacer
from ingest.fetch.robots import MAX_ROBOTS_BYTES, Robots, parse_robots

AGENT = "union-metrics-warehouse"


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


# robots.txt


def verdict_on(status: int, body: bytes = b""):
    return Robots(AGENT).verdict("http://a.example", lambda _: (status, body))


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [(200, False), (404, False), (403, False), (410, False), (429, True), (500, True), (503, True)],
)
def test_the_status_of_robots_txt_decides_when_it_cannot_be_read(status: int, is_refused: bool):
    assert bool(verdict_on(status).refuses("http://a.example/x", AGENT)) is is_refused


def test_rules_for_us_win_over_rules_for_all():
    ours = b"User-agent: union-metrics-warehouse\nDisallow: /neibu/\nAllow: /neibu/ok\nCrawl-delay: 7\n"
    text = b"User-agent: *\nDisallow: /\n\n" + ours
    verdict = verdict_on(200, text)
    assert verdict.refuses("http://a.example/x", AGENT) is None
    assert verdict.refuses("http://a.example/neibu/x", AGENT) == "robots.txt forbids this address"
    assert verdict.refuses("http://a.example/neibu/ok.html", AGENT) is None
    assert verdict.crawl_delay(AGENT) == 7.0


def test_a_bom_html_instead_of_rules_and_broken_bytes_do_no_harm():
    assert not parse_robots(b"\xef\xbb\xbfUser-agent: *\nDisallow: /a").can_fetch("http://a.example/a", AGENT)
    assert parse_robots(b"<html><body>404</body></html>").can_fetch("http://a.example/a", AGENT)
    assert parse_robots(bytes(range(256))).can_fetch("http://a.example/a", AGENT)


def test_only_the_first_500_kib_count():
    filler = b"# filler\n" * (MAX_ROBOTS_BYTES // 9)
    rules = parse_robots(b"User-agent: *\nDisallow: /early\n" + filler + b"Disallow: /late\n")
    assert not rules.can_fetch("http://a.example/early", AGENT)
    assert rules.can_fetch("http://a.example/late", AGENT)


def test_a_verdict_holds_a_day_and_a_failure_ten_minutes():
    clock, asked = Clock(), []

    def load(url: str) -> tuple[int, bytes]:
        asked.append(url)
        return (503, b"") if len(asked) == 1 else (404, b"")

    robots = Robots(AGENT, clock)
    assert robots.verdict("http://a.example", load).refusal
    clock.now += 599
    assert robots.verdict("http://a.example", load).refusal
    clock.now += 2
    assert not robots.verdict("http://a.example", load).refusal
    clock.now += 24 * 3600 - 1
    robots.verdict("http://a.example", load)
    assert asked == ["http://a.example/robots.txt"] * 2
    clock.now += 2
    robots.verdict("http://a.example", load)
    assert len(asked) == 3


# pace


def starts(pacer: Pacer, clock: Clock, pace: Pace, count: int, crawl_delay: float = 0.0) -> list[float]:
    found = []
    for _ in range(count):
        with pacer.turn("a", pace, crawl_delay):
            found.append(round(clock.now - 100, 3))
    return found


def test_requests_to_a_host_start_a_delay_apart():
    clock = Clock()
    assert starts(Pacer(clock, clock.sleep), clock, Pace(delay_seconds=2), 4) == [0, 2, 4, 6]


def test_a_crawl_delay_wins_when_it_is_longer():
    clock = Clock()
    assert starts(Pacer(clock, clock.sleep), clock, Pace(delay_seconds=2), 3, crawl_delay=5) == [0, 5, 10]


def test_the_delay_follows_latency_up_at_once_and_down_by_halves():
    clock, pace = Clock(), Pace(delay_seconds=1)
    pacer = Pacer(clock, clock.sleep)
    delays = []
    for latency in (0.1, 8, 1, 1, 0.1):
        with pacer.turn("a", pace):
            pass
        pacer.succeeded("a", pace, latency)
        delays.append(pacer.host("a").delay)
    assert delays == [1, 8, 4.5, 2.75, 1.875]


def test_errors_never_lower_the_delay_and_busy_doubles_it():
    clock, pace = Clock(), Pace(delay_seconds=1, max_delay_seconds=10)
    pacer = Pacer(clock, clock.sleep)
    with pacer.turn("a", pace):
        pass
    pacer.succeeded("a", pace, 4)
    pacer.slow_down("a", pace, 0.01)
    assert pacer.host("a").delay == 4
    pacer.slow_down("a", pace, 0.01, is_busy=True)
    assert pacer.host("a").delay == 8
    pacer.slow_down("a", pace, 0.01, is_busy=True)
    assert pacer.host("a").delay == 10


def test_a_host_that_fails_too_often_in_a_row_is_given_up():
    clock, pace = Clock(), Pace(delay_seconds=0, give_up_after=2)
    pacer = Pacer(clock, clock.sleep)
    pacer.failed("a", pace, "no answer", 0)
    pacer.succeeded("a", pace, 0)
    pacer.failed("a", pace, "no answer", 0)
    with pacer.turn("a", pace):
        pass
    pacer.failed("a", pace, "no answer", 0)
    expected = "the host failed 2 times in a row, the last time: no answer; not asked again in this run"
    with pytest.raises(HostGivenUpError, match=expected), pacer.turn("a", pace):
        pass
    with pacer.turn("b", pace):
        pass


def test_one_request_at_a_time_per_host():
    pacer, pace = Pacer(), Pace(delay_seconds=0)
    inside, most = [0], [0]
    lock = threading.Lock()

    def work() -> None:
        for _ in range(50):
            with pacer.turn("a", pace):
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                with lock:
                    inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


# decompression


def decode(header: str, data: bytes, limit: int = 1000, piece: int = 7) -> bytes:
    decoder = Decoder(header, limit)
    out = b"".join(decoder.feed(data[i : i + piece]) for i in range(0, len(data), piece))
    decoder.finish()
    return out


RAW_DEFLATE = zlib.compress(b"body")[2:-4]


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ("", b"body"),
        ("identity", b"body"),
        ("gzip", gzip.compress(b"body", mtime=0)),
        ("x-gzip", gzip.compress(b"bo", mtime=0) + gzip.compress(b"dy", mtime=0)),
        ("gzip", gzip.compress(b"body", mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(b"body")),
        ("deflate", RAW_DEFLATE),
        ("gzip, gzip", gzip.compress(gzip.compress(b"body", mtime=0), mtime=0)),
    ],
)
def test_bodies_are_decoded(header: str, data: bytes):
    assert decode(header, data, piece=1000) == b"body"
    if data != RAW_DEFLATE:
        assert decode(header, data) == b"body"


@pytest.mark.parametrize(
    ("header", "data", "error"),
    [
        ("gzip", b"plain text", BadEncodingError),
        ("gzip", gzip.compress(b"body" * 50, mtime=0)[:-9], BadEncodingError),
        ("br", b"\x0b\x02\x80body\x03", BadEncodingError),
        ("gzip, gzip, gzip", b"", BadEncodingError),
        ("", b"x" * 1001, TooLargeError),
        ("gzip", gzip.compress(bytes(10_000_000), mtime=0), TooLargeError),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(10_000_000), mtime=0), mtime=0), TooLargeError),
    ],
)
def test_bodies_that_lie_or_explode_are_refused(header: str, data: bytes, error: type[Exception]):
    with pytest.raises(error):
        decode(header, data, piece=1000)


# addresses


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::10.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str):
    assert not is_public(address)


def test_the_guard_refuses_a_name_with_any_private_address():
    guard = Guard(resolver=lambda host, port: ["8.8.8.8", "192.168.0.9"])
    with pytest.raises(AddressRefusedError, match=r"leads to 192\.168\.0\.9, which is not a public address"):
        guard.addresses("a.example", 80, is_local=False)
    assert guard.addresses("a.example", 80, is_local=True) == [("8.8.8.8", 80), ("192.168.0.9", 80)]


def test_localhost_names_of_local_sources_lead_to_the_sample_site():
    guard = Guard(local_address="127.0.0.1:8750")
    assert guard.addresses("sample.localhost", 80, is_local=True) == [("127.0.0.1", 8750)]
    with pytest.raises((AddressRefusedError, ConnectError)):
        guard.addresses("sample.localhost", 80, is_local=False)


@pytest.mark.parametrize("host", ["localhost", "sample.localhost", "printer.local", "10.0.0.1", "[::1]"])
def test_behind_a_proxy_what_is_visibly_local_is_refused(host: str):
    with pytest.raises(AddressRefusedError):
        Guard().check_named(host, is_local=False)


def test_we_say_who_we_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UNION_WAREHOUSE_CONTACT", "mailto:desk@example.org\r\nX-Evil: 1")
    assert user_agent() == "union-metrics-warehouse/0.1 (yearbook statistics; mailto:desk@example.orgX-Evil: 1)"
    monkeypatch.delenv("UNION_WAREHOUSE_CONTACT")
    assert "has named none" in user_agent()
