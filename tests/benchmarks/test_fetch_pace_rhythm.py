"""How near the requests to a host come to the rhythm that its rule sets: the median gap beside the rule, two hosts at once.

The row is written to `build/bench.json`.
"""

from __future__ import annotations

import itertools
import statistics

from tests.benchmarks.test_extraction_speed import keep, row
from tests.integration.fetch.conftest import Bench, bench, make_source, reply, server  # noqa: F401

DELAY = 0.05
PAGES = 100


def test_the_median_gap_between_requests_is_the_rule(bench: Bench) -> None:  # noqa: F811
    bench.server.routes = {f"/{number}.html": reply() for number in range(PAGES)}
    pages = [f"http://{host}.localhost/{number}.html" for number in range(PAGES) for host in "ab"]
    bench.run(make_source(pages=pages, pace={"delay_seconds": DELAY}))
    for host in "ab":
        times = [request.at for request in bench.server.log if request.host == f"{host}.localhost"]
        gap = statistics.median(later - earlier for earlier, later in itertools.pairwise(times))
        keep([row(f"fetch/gap_{host}", gap, "seconds", "the rule's delay", gap / DELAY)])
        assert gap / DELAY < 1.05
