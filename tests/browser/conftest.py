"""One Dagster UI for all browser tests, as `make ui` starts it, with an empty home and a sample site that can be stopped.

The tests of one file tell one story in their order: the home fills from test to test. Every step leaves a picture under
build/screenshots.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
SOURCES = ROOT / "ingest" / "catalogue" / "sources"
SAMPLES = ("sample_gazetteers", "sample_statistics", "sample_yearbooks")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Slow enough to be stopped in the middle, quick to give up.
SLOW_PACE = "pace:\n  delay_seconds: 0.3\n  retries: 1\n  backoff_seconds: 0.1\n"
PATIENCE = 900
RUNS = "{runsOrError{... on Runs{results{runId jobName status startTime tags{key value}}}}}"

MISSING_BROWSER = not any(map(shutil.which, BROWSERS))


def wait_for(done: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Ask again until the answer is true; returns it."""
    end = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.3)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """A child process with a log file; it and its children are ended together."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=out, stderr=out, start_new_session=True
            )

    def stop(self, sign: int = signal.SIGTERM, patience: float = 20) -> None:
        """Ask it to end; its whole group is killed when it does not."""
        assert self.child is not None
        self.child.send_signal(sign)
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


@dataclass(frozen=True)
class Ui:
    """The running UI: where it answers, its home, and the sample site beside it."""

    address: str
    documentation: str
    home: Path
    sample: Process
    sample_address: str

    def ask(self, query: str) -> dict[str, Any]:
        """An answer of the UI's own GraphQL."""
        request = urllib.request.Request(
            f"{self.address}/graphql",
            data=json.dumps({"query": query}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer)["data"])

    def runs(self, job: str) -> list[dict[str, Any]]:
        """The runs of a job, newest first."""
        return [run for run in self.ask(RUNS)["runsOrError"]["results"] if run["jobName"] == job]

    def wait_for_runs(self, job: str, count: int) -> list[dict[str, Any]]:
        """The runs of a job once there are so many and all have ended."""

        def ended() -> list[dict[str, Any]]:
            runs = self.runs(job)
            over = [run for run in runs if run["status"] in {"SUCCESS", "FAILURE", "CANCELED"}]
            return runs if len(over) == len(runs) >= count else []

        return list(wait_for(ended, f"{count} ended runs of {job}"))

    def start_sample(self) -> None:
        self.sample.start()
        wait_for(lambda: answers(f"http://{self.sample_address}/"), "the sample site")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def write_catalogue(folder: Path) -> None:
    """The sample sources alone, asked slowly."""
    folder.mkdir()
    for name in SAMPLES:
        text = (SOURCES / f"{name}.yaml").read_text(encoding="utf-8")
        changed = text.replace("pace:\n  delay_seconds: 0\n", SLOW_PACE)
        assert changed != text
        (folder / f"{name}.yaml").write_text(changed, encoding="utf-8")


def write_fallen_score(home: Path) -> None:
    """An accuracy that was measured below its record, so that one check fails and blocks nothing."""
    (home / "accuracy").mkdir(parents=True)
    rows = {"name": ["all/metric_recall", "tables/metric_recall"], "value": [0.71, 0.93], "recorded": [0.88, 0.92]}
    pl.DataFrame(rows).write_parquet(home / "accuracy" / "score.parquet")


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """The UI on free ports; it, the daemon and the sample site are ended after the last test."""
    place = tmp_path_factory.mktemp("browser")
    home = place / "home"
    write_catalogue(place / "catalogue")
    write_fallen_score(home)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UNION_", "DAGSTER_"))}
    ours = {"UNION_WAREHOUSE_HOME": str(home), "UNION_WAREHOUSE_CATALOGUE": str(place / "catalogue")}
    port, docs_port, sample_port = free_port(), free_port(), free_port()
    sample_address = f"127.0.0.1:{sample_port}"
    sample = Process(
        [sys.executable, "-m", "ingest.cli", "serve-sample", "--port", str(sample_port)], kept, place / "sample.log"
    )
    served = Process(
        [
            sys.executable, "-m", "orchestration.ui", "--port", str(port), "--docs-port", str(docs_port),
            "--sample-address", sample_address,
        ],
        kept | ours,
        place / "ui.log",
    )  # fmt: skip
    told = Ui(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{docs_port}", home, sample, sample_address)
    served.start()
    try:
        told.start_sample()
        wait_for(lambda: answers(told.address), "the UI")
        wait_for(lambda: told.ask("{workspaceOrError{__typename}}"), "the code location")
        yield told
    finally:
        served.stop(signal.SIGINT)
        sample.stop()


@dataclass
class Browser:
    """A page of the browser, the UI it looks at, and what went wrong in it."""

    page: Any
    errors: list[str] = field(default_factory=list)

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))

    def sees(self, text: str | re.Pattern[str], seconds: float = 180) -> None:
        """Wait until a text is visible."""
        self.page.get_by_text(text).first.wait_for(state="visible", timeout=seconds * 1000)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium with one page of 1400 by 900."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only where there is a browser)

    executable = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        browser = Browser(page)
        page.on("pageerror", lambda error: browser.errors.append(str(error)))
        try:
            yield browser
        finally:
            chromium.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of the story; closed before another test opens its own."""
    with open_browser() as opened:
        yield opened
