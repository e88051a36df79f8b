"""How the warehouse scales: a synthetic site through all stages, with one process, two, and a Dask cluster.

    python -m tests.benchmarks.scale --pages 10000        (make bench-scale PAGES=10000)

Writes rows to `build/bench.json` and the table of this size into `docs/benchmarks.md`. All ratios are of one run on
one machine; the claims of all engines must be the same, byte for byte, or the measurement fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ingest.engine.dask import WORKER_ENVIRONMENT
from ingest.vocabulary import FOLDER
from tests.benchmarks.scale_stage import VOCABULARY
from tests.benchmarks.yearbooks import CATALOGUE, SOURCE_ID, change_pages, write_site

ROOT = Path(__file__).parents[2]
ROWS = ROOT / "build" / "bench.json"
TABLES = ROOT / "docs" / "benchmarks.md"
SEED = 20261124
READING = ("parse", "extract")
PUBLISHING = ("load", "dbt", "exports")
SCHEDULER_PORT = 8890


@dataclass(frozen=True)
class Cost:
    """What one stage took: pages or rows done, seconds of the clock, CPU seconds, peak memory of a process."""

    done: int
    seconds: float
    cpu: float
    startup: float
    peak_mib: float


@dataclass
class Run:
    """The stages of one run, by name."""

    title: str
    costs: dict[str, Cost] = field(default_factory=dict)

    def seconds(self, *stages: str) -> float:
        return sum(self.costs[stage].seconds for stage in stages)

    def cpu(self, *stages: str) -> float:
        return sum(self.costs[stage].cpu for stage in stages)


class Bench:
    """One archive, and homes that read it with different engines."""

    def __init__(self, folder: Path, pages: int) -> None:
        self.folder, self.pages = folder, pages
        self.archive = folder / "archive"
        catalogue = folder / "catalogue"
        catalogue.mkdir(parents=True)
        (catalogue / f"{SOURCE_ID}.yaml").write_text(CATALOGUE, "utf-8")

    def run(self, title: str, home: str, stages: tuple[str, ...], **settings: str) -> Run:
        run = Run(title)
        for stage in stages:
            run.costs[stage] = self.stage(stage, home, settings)
            sys.stderr.write(f"{title:<34} {stage:<8} {run.costs[stage]}\n")
        return run

    def stage(self, stage: str, home: str, settings: Mapping[str, str]) -> Cost:
        """One stage in a process of its own; the CPU of Dask workers is added."""
        workers = [psutil.Process(int(pid)) for pid in settings.get("worker_pids", "").split(",") if pid]
        before = sum(cpu_of(worker) for worker in workers)
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.scale_stage", stage],
            cwd=ROOT, env=self.environment(home, settings), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"{stage} failed:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
        told = json.loads(done.stdout.splitlines()[-1])
        told["cpu"] += sum(cpu_of(worker) for worker in workers) - before
        told["peak_mib"] = max([told["peak_mib"], *(peak_of(worker) for worker in workers)])
        return Cost(**told)

    def environment(self, home: str, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UNION_")}
        ours = {f"UNION_WAREHOUSE_{name.upper()}": value for name, value in settings.items() if name.islower()}
        return kept | ours | {
            "UNION_WAREHOUSE_HOME": str(self.folder / home),
            "UNION_WAREHOUSE_ARCHIVE": str(self.archive),
            "UNION_WAREHOUSE_CATALOGUE": str(self.folder / "catalogue"),
            VOCABULARY: settings.get(VOCABULARY, ""),
        }  # fmt: skip

    def content(self, home: str) -> str:
        """A hash of all stored pages, claims and quarantine."""
        digest = hashlib.sha256()
        for frame in ("pages", "claims", "quarantine"):
            for file in sorted((self.folder / home / "lake" / frame).rglob("*.parquet")):
                digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def other_vocabulary(self) -> str:
        """A copy of the vocabulary with one label more."""
        folder = self.folder / "vocabulary"
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        with (folder / "labels.csv").open("a", encoding="utf-8") as file:
            file.write("爱心妈咪小屋总数,grassroots_unions,,,,,\n")
        return str(folder)


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def peak_of(process: psutil.Process) -> float:
    """Peak resident memory in MiB, as the kernel kept it."""
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def dask_cluster(folder: Path, workers: int = 2) -> Iterator[dict[str, str]]:
    """A scheduler and worker processes on the loopback, and the settings that lead to them."""
    address = f"tcp://127.0.0.1:{SCHEDULER_PORT}"
    environment = os.environ | WORKER_ENVIRONMENT | {"DASK_LOGGING__DISTRIBUTED": "error"}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    scheduler += ["--port", str(SCHEDULER_PORT), "--no-dashboard", "--no-show"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.1", "--no-dashboard"]
    worker += ["--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--local-directory", str(folder / "dask")]
    log = (folder / "dask.log").open("w")
    commands = [scheduler, *[worker] * workers]
    started = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) for command in commands]
    try:
        wait_for_workers(address, workers)
        yield {
            "engine": "dask",
            "scheduler": address,
            "worker_pids": ",".join(str(process.pid) for process in started[1:]),
        }
    finally:
        for process in reversed(started):  # they hold nothing that must be put in order
            process.kill()
            process.wait()
        log.close()


def wait_for_workers(address: str, workers: int) -> None:
    from distributed import Client  # noqa: PLC0415 (optional)

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


def measure(pages: int, folder: Path) -> dict[str, Run]:
    """All runs of one size. Raises SystemExit when two engines disagree."""
    bench = Bench(folder, pages)
    started = time.perf_counter()
    write_site(bench.archive, pages, SEED)
    sys.stderr.write(f"{pages} pages written in {time.perf_counter() - started:.0f} s\n")
    runs = {
        "first": bench.run("first run, 1 process", "one", ("replay", *READING, *PUBLISHING), workers="1"),
        "two": bench.run("first run, 2 processes", "two", ("replay", *READING), workers="2"),
    }
    with dask_cluster(folder) as cluster:
        bench.run("Dask, warming up", "warm", ("replay",), **cluster)
        runs["dask"] = bench.run("first run, Dask with 2 workers", "dask", ("replay", *READING), **cluster)
    contents = {home: bench.content(home) for home in ("one", "two", "dask")}
    if len(set(contents.values())) != 1:
        raise SystemExit(f"the engines disagree: {contents}")
    runs["unchanged"] = bench.run("nothing changed", "one", ("replay", *READING, "load"), workers="1")
    change_pages(bench.archive, pages, SEED, 0.01)
    runs["changed"] = bench.run("1 % of the pages changed", "one", ("replay", *READING, *PUBLISHING), workers="1")
    words = {VOCABULARY: bench.other_vocabulary(), "workers": "1"}
    runs["vocabulary"] = bench.run("another vocabulary", "one", (*READING, "load"), **words)
    return runs


def bench_rows(runs: Mapping[str, Run], pages: int) -> list[dict[str, object]]:
    """One row per stage of every run, and the ratios that have a bar."""
    first, size = runs["first"], f"scale/{pages}"
    rows: list[dict[str, object]] = []
    for name, run in runs.items():
        for stage, cost in run.costs.items():
            former = first.costs[stage].cpu
            rows.append(
                row(
                    f"{size}/{name}/{stage}/cpu",
                    cost.cpu,
                    "CPU seconds",
                    f"{size}/first/{stage}/cpu",
                    cost.cpu / max(former, 1e-9),
                )
            )
            rows.append(row(f"{size}/{name}/{stage}/peak", cost.peak_mib, "MiB", None, None))
        if set(READING) <= set(run.costs):
            seconds = run.seconds(*READING)
            ratio = first.seconds(*READING) / seconds
            rows.append(
                row(f"{size}/{name}/reading", pages / seconds, "pages per second", f"{size}/first/reading", ratio)
            )
    reading, publishing = first.cpu(*READING), first.cpu(*PUBLISHING)
    rows.append(row(f"{size}/publishing", publishing, "CPU seconds", "parse and extract", publishing / reading))
    return rows  # fmt: skip


def row(name: str, value: float, unit: str, ratio_to: str | None, ratio: float | None) -> dict[str, object]:
    rounded = None if ratio is None else round(ratio, 4)
    return {"name": name, "value": round(value, 3), "unit": unit, "ratio_to": ratio_to, "ratio": rounded}


def keep(rows: list[dict[str, object]]) -> None:
    """Add rows to the bench file, replacing rows of the same name."""
    ROWS.parent.mkdir(parents=True, exist_ok=True)
    old = json.loads(ROWS.read_text("utf-8")) if ROWS.exists() else []
    names = {row["name"] for row in rows}
    kept = [*(row for row in old if row["name"] not in names), *rows]
    ROWS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def table(runs: Mapping[str, Run], pages: int) -> str:
    """The runs of one size, and its bars, as markdown."""
    first = runs["first"]
    whole = first.cpu(*first.costs)
    stages = ("replay", *READING, *PUBLISHING)
    lines = [
        f"### {pages:,} pages, {first.costs['load'].done:,} claims",
        "",
        f"`make bench-scale PAGES={pages}` on {machine()}. CPU seconds of each stage with its workers (start-up of a",
        f"process, {first.costs['parse'].startup:.1f} s, not counted), pages per second of parse and extract together by",
        "the clock, and the peak memory of the largest process.",
        "",
        f"| run | {' | '.join(stages)} | all | of the first run | pages/s | beside 1 process | peak MiB |",
        f"|---|{'---:|' * (len(stages) + 5)}",
    ]
    for run in runs.values():
        cells = [f"{run.costs[stage].cpu:.1f}" if stage in run.costs else "" for stage in stages]
        total, seconds = run.cpu(*run.costs), run.seconds(*READING)
        is_first = run.title.startswith("first")
        speed = [f"{pages / seconds:.0f}", f"{first.seconds(*READING) / seconds:.2f}"] if is_first else ["", ""]
        peak = f"{max(cost.peak_mib for cost in run.costs.values()):.0f}"
        share = "" if is_first and run is not first else f"{total / whole:.1%}"
        lines.append(f"| {' | '.join([run.title, *cells, f'{total:.1f}', share, *speed, peak])} |")
    lines += ["", "| bar | asked | measured |", "|---|---:|---:|"]
    lines += [f"| {bar} | {asked} | {found} |" for bar, asked, found in bars(runs, pages)]
    lines.append("")
    return "\n".join(lines)


def bars(runs: Mapping[str, Run], pages: int) -> list[tuple[str, str, str]]:
    """What is asked of each size, and what this run has."""
    first, lake = runs["first"], ("replay", *READING, "load")
    whole, reading = first.cpu(*first.costs), first.cpu(*READING)
    of_first = {name: runs[name].cpu(*lake) / whole for name in ("unchanged", "changed")}
    local, dask = (first.seconds(*READING) / runs[name].seconds(*READING) for name in ("two", "dask"))
    peak = max(cost.peak_mib for run in runs.values() for name, cost in run.costs.items() if name != "dbt")
    return [
        ("two processes beside one, pages/s", "at least 1.7", f"{local:.2f}"),
        ("Dask with two workers beside two processes, pages/s", "at least 0.85", f"{dask / local:.2f}"),
        ("load, dbt and exports beside parse and extract, CPU", "below 1", f"{first.cpu(*PUBLISHING) / reading:.2f}"),
        (
            "nothing changed, CPU of the first run (dbt and exports are not started)",
            "below 2 %",
            f"{of_first['unchanged']:.1%}",
        ),
        ("1 % changed, CPU of the first run, without dbt and exports", "below 5 %", f"{of_first['changed']:.1%}"),
        (
            "the same with dbt and exports, which build the marts whole",
            "",
            f"{runs['changed'].cpu(*runs['changed'].costs) / whole:.1%}",
        ),
        ("peak memory of a process, without dbt", "below 2048 MiB", f"{peak:.0f} MiB"),
        ("parse and extract per page, CPU", "same at 10,000 and 100,000", f"{1000 * reading / pages:.2f} ms"),
    ]


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB"


def write_table(text: str, pages: int) -> None:
    """Put the table of one size between its marks in the document, in order of size."""
    document = TABLES.read_text("utf-8")
    begin, end = "<!-- scale {} -->", "<!-- /scale {} -->"
    block = f"{begin.format(pages)}\n{text}{end.format(pages)}\n"
    blocks = {
        int(size): found
        for found, size in re.findall(r"(<!-- scale (\d+) -->.*?<!-- /scale \2 -->\n)", document, re.DOTALL)
    }
    for found in blocks.values():
        document = document.replace(found, "")
    blocks[pages] = block
    place = "<!-- tables -->\n"
    before, after = document.split(place)
    TABLES.write_text(
        before + place + "\n".join(blocks[size] for size in sorted(blocks)) + "\n" + after.lstrip("\n"), "utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder, removed afterwards")
    parser.add_argument("--no-table", action="store_true", help="leave docs/benchmarks.md as it is")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="union-warehouse-bench-") as temporary:
        folder = chosen.folder or Path(temporary)
        runs = measure(chosen.pages, folder / "scale")
    keep(bench_rows(runs, chosen.pages))
    text = table(runs, chosen.pages)
    sys.stdout.write(text)
    if not chosen.no_table:
        write_table(text, chosen.pages)


if __name__ == "__main__":
    main()
