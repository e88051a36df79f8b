"""Answers mutilated at random: the run always ends, and the archive stays sound and repeatable."""

from __future__ import annotations

import gzip
import random

import pytest
from conftest import Bench, make_source, raw

from ingest.fetch import replay_source, verify_archive

GOOD = (
    b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\nETag: "a"\r\n\r\n<a href=x>x</a>12345',
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /0?1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n" + gzip.compress(b"hello" * 50),
)
SHARDS = (b"\r\n", b"\0", b": ", b"Location: ", b"http://[", b"%zz", "工会".encode("gbk"), b"99999999999999", b"-1")


def mutilate(data: bytes, dice: random.Random) -> bytes:
    """The same bytes with a few changed, added or lost."""
    found = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(found))
        how = dice.randrange(4)
        if how == 0:
            found[place] = dice.randrange(256)
        elif how == 1:
            found[place:place] = dice.randbytes(dice.randint(1, 8))
        elif how == 2:
            found[place:place] = dice.choice(SHARDS)
        elif len(found) > 20:
            del found[place : place + dice.randint(1, 12)]
    return bytes(found)


@pytest.mark.parametrize("seed", range(3))
def test_mutilated_answers(bench: Bench, seed: int):
    dice = random.Random(seed)
    crawl = {"entries": [f"http://a.localhost/list{number}" for number in range(5)], "articles": {}}
    pages = [f"http://a.localhost/{number}" for number in range(30)]
    pace = {"retries": 0, "read_seconds": 0.05, "total_seconds": 0.2, "max_delay_seconds": 0.05}
    source = make_source(pages=pages, crawl=crawl, pace=pace)
    for _ in range(2):
        for name in [*range(30), *(f"list{number}" for number in range(5))]:
            bench.server.routes[f"/{name}"] = raw(mutilate(dice.choice(GOOD), dice))
        result = bench.run(source)
        assert result.fetch_log.height == bench.refs.height >= 30
    assert verify_archive(bench.root, bench.snapshots).damages == []
    assert replay_source(bench.root, "faulty")[1].equals(bench.snapshots)
