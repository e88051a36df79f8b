"""Pace on real clocks: each host is asked no faster than its rule, hosts in parallel, and only what is allowed.

How near the rhythm comes to the rule is measured in `tests/benchmarks/test_fetch_pace_rhythm.py`.
"""

from __future__ import annotations

import itertools

import pytest
from conftest import Bench, make_source, reply

DELAY = 0.05
PER_HOST = 100


@pytest.fixture
def two_hosts(bench: Bench) -> Bench:
    for number in range(PER_HOST):
        bench.server.routes[f"/{number}.html"] = reply(ETag=f'"{number}"')
    bench.server.routes["/robots.txt"] = reply(body=b"User-agent: *\nDisallow: /neibu/\n")
    return bench


def test_two_hundred_pages_on_two_hosts(two_hosts: Bench):
    pages = [f"http://{host}.localhost/{number}.html" for number in range(PER_HOST) for host in "ab"]
    forbidden = [f"http://{host}.localhost/neibu/{number}.html" for number in range(5) for host in "ab"]
    source = make_source(pages=pages + forbidden, pace={"delay_seconds": DELAY})

    result = two_hosts.run(source)

    assert result.counts() == {"listed": 210, "fetched": 200, "refused_by_robots": 10}
    assert not [path for path in two_hosts.server.paths() if path.startswith("/neibu/")]
    for host in "ab":
        times = [request.at for request in two_hosts.server.log if request.host == f"{host}.localhost"]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert sum(gaps) > (len(gaps) - 1) * DELAY, "never faster than the rule"
    asked = [request.host for request in two_hosts.server.log]
    changes = sum(before != after for before, after in itertools.pairwise(asked))
    assert changes > PER_HOST / 2, "the hosts were not asked in parallel"

    two_hosts.server.log.clear()
    two_hosts.run(make_source(pages=pages))
    sent = [request.headers.get("If-None-Match") for request in two_hosts.server.log if request.path != "/robots.txt"]
    assert len(sent) == 200
    assert all(sent)


def test_a_crawl_delay_is_kept(bench: Bench):
    bench.server.routes = {f"/{number}.html": reply() for number in range(4)}
    bench.server.routes["/robots.txt"] = reply(body=b"User-agent: *\nCrawl-delay: 0.3\n")
    bench.run(make_source(pages=[f"http://a.localhost/{number}.html" for number in range(4)]))
    times = [request.at for request in bench.server.log if request.path != "/robots.txt"]
    assert all(later - earlier > 0.28 for earlier, later in itertools.pairwise(times))
