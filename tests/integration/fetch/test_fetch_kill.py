"""kill -9 at random moments: nothing that was fetched is lost, nothing is archived twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import FaultServer, raw

from ingest.fetch import replay_source, verify_archive
from ingest.fetch.archive import scan_file, warc_files
from ingest.lake import Lake

PAGES = 200
KILLS = 25
WORKER = Path(__file__).with_name("kill_worker.py")


@pytest.fixture
def slow_site(server: FaultServer) -> FaultServer:
    """Two hundred pages, each half a hundredth of a second away."""
    for number in range(PAGES):
        body = f"<p>page {number}</p>".encode() * 50
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        server.routes[f"/{number}.html"] = raw(0.005, head.encode() + body)
    return server


class Worker:
    """The process that forks runs."""

    def __init__(self, address: str, data: Path) -> None:
        command = [sys.executable, str(WORKER), address, str(data), str(PAGES)]
        root = str(Path(__file__).parents[3])
        environment = os.environ | {"PYTHONPATH": root}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, kill_after: float | None = None) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)


FACTS = ["url", "volume_year", "status", "body_sha256", "body_bytes", "is_gone"]


def facts(data: Path) -> list[tuple[object, ...]]:
    return Lake(str(data / "lake")).read("snapshots", "killed").select(FACTS).sort("url").rows()


@pytest.mark.slow
def test_killed_runs_lose_nothing_and_archive_nothing_twice(slow_site: FaultServer, tmp_path: Path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    worker = Worker(slow_site.address, undisturbed)
    assert worker.run() == "ended 0"
    worker.close()

    dice = random.Random(20)
    worker = Worker(slow_site.address, killed)
    endings = Counter(worker.run(kill_after=dice.uniform(0.01, 0.25)) for _ in range(KILLS))
    assert worker.run() == "ended 0"
    worker.close()
    assert endings["killed"] > KILLS // 2

    folder = killed / "archive" / "killed"
    entries = [entry for file in warc_files(folder) for entry in scan_file(file, file.name)]
    stored = Counter(entry.url for entry in entries if entry.kind == "response")
    assert len(stored) == PAGES
    assert set(stored.values()) == {1}
    assert facts(killed) == facts(undisturbed)

    snapshots = Lake(str(killed / "lake")).read("snapshots", "killed")
    verification = verify_archive(killed / "archive", snapshots)
    assert verification.damages == []
    assert verification.bodies == PAGES
    _, replayed = replay_source(killed / "archive", "killed")
    assert replayed.equals(snapshots.select(replayed.columns).sort("url"))
