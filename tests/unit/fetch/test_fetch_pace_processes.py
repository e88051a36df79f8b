"""The pace of a host holds over processes: two crawls of one host take turns."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ingest.catalogue import Pace
from ingest.fetch.pace import Pacer

DELAY = 0.1


def starts_of(folder: Path, times: int) -> list[float]:
    """When one crawl, with a pacer of its own as another process has, started its requests."""
    pacer = Pacer(folder=folder)
    started = []
    for _ in range(times):
        with pacer.turn("a.example", Pace(delay_seconds=DELAY)):
            started.append(time.time())
    return started


def test_two_crawls_of_one_host_never_ask_within_the_delay(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        crawls = [pool.submit(starts_of, tmp_path, 4) for _ in range(2)]
        started = sorted(time for crawl in crawls for time in crawl.result())
    gaps = [later - earlier for earlier, later in itertools.pairwise(started)]
    assert len(started) == 8
    assert min(gaps) >= DELAY * 0.95


def test_a_file_that_its_writer_left_half_written_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "a.example.lock").write_text("17.", encoding="ascii")
    (tmp_path / "b.example.lock").write_text("not a time", encoding="ascii")
    assert len(starts_of(tmp_path, 1)) == 1
    with Pacer(folder=tmp_path).turn("b.example", Pace(delay_seconds=DELAY)):
        pass
