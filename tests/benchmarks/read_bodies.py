"""Read pages in a process of its own and say what was read and how long it took: for comparing builds of the reader.

    python -m tests.benchmarks.read_bodies BODIES.json

BODIES.json holds lists of HTML texts by name. Prints, as JSON, the files of the modules that read, a line for each
claim with all of its fields, and for each list the CPU seconds of reading each page, and those of the one-regex floor.
Each is the least of a few, so that a neighbour on the machine costs little.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from time import process_time

from ingest.extract import extract_claims
from ingest.parse import parse_html
from tests.benchmarks.test_extraction_speed import floor_b, ours

ROUNDS = 5


def least_seconds(work: Callable[[list[bytes]], None], bodies: list[bytes]) -> list[float]:
    """The CPU seconds of working on each page alone, each the least of a few."""
    least = [float("inf")] * len(bodies)
    for _ in range(ROUNDS):
        for number, body in enumerate(bodies):
            start = process_time()
            work([body])
            least[number] = min(least[number], process_time() - start)
    return least


def main(file: Path) -> None:
    told = json.loads(file.read_text(encoding="utf-8"))
    lists = {name: [text.encode() for text in texts] for name, texts in told.items()}
    claims = [
        repr(astuple(claim))
        for bodies in lists.values()
        for body in bodies
        for claim in extract_claims(parse_html(body, page_id="p"))
    ]
    times = {
        name: {"read": least_seconds(ours, bodies), "floor": least_seconds(floor_b, bodies)}
        for name, bodies in lists.items()
    }
    files = {name: module.__file__ for name, module in sys.modules.items() if name.startswith("ingest.")}
    print(json.dumps({"files": files, "claims": claims, "times": times}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
