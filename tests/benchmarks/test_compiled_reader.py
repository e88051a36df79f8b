"""The compiled reader (`make compiled`) beside the plain one: the same claims, in less CPU time.

The wheel is built and unpacked into a temporary folder; each build reads the corpus and its tables in processes of its
own, in turn. Rows in `build/bench.json`: pages per CPU second of the compiled reader beside the plain one, on prose and
on tables, and beside the floor of one regular expression.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.author import build_corpus
from tests.benchmarks.test_extraction_speed import keep, row

ROOT = Path(__file__).parents[2]
BUILD_SECONDS = 1800
TURNS = 4
BAR_BESIDE_PLAIN = 1.5
PROSE, TABLES = "corpus", "tables"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel with the compiled reader."""
    if shutil.which(os.environ.get("CC", "cc")) is None:
        pytest.skip("a C compiler is needed")
    folder = tmp_path_factory.mktemp("compiled")
    command = ["make", "compiled", f"DIST={folder / 'dist'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS)
    assert done.returncode == 0, done.stderr
    [wheel] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus as HTML bodies: its texts as paragraphs, and its pages with tables as they are."""
    folder = tmp_path_factory.mktemp("bodies")
    corpus = build_corpus(folder) / "pages"
    texts = [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.txt"))]
    bodies = {
        PROSE: [f"<html><body><p>{text.replace(chr(10), '</p><p>')}</p></body></html>" for text in texts],
        TABLES: [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.html"))],
    }
    file = folder / "bodies.json"
    file.write_text(json.dumps(bodies), encoding="utf-8")
    return file


def read(pages: Path, code: Path) -> dict[str, Any]:
    """What a process reads whose `ingest` comes from the folder `code`, and its times."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(code), str(ROOT)])}
    command = [sys.executable, "-m", "tests.benchmarks.read_bodies", str(pages)]
    done = subprocess.run(command, cwd=pages.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def wanted_modules() -> set[str]:
    """The modules that `setup.py` names for compiling."""
    files = runpy.run_path(str(ROOT / "setup.py"), run_name="names")["files"]()
    return {file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in files}


def least(turns: list[dict[str, Any]], name: str, work: str) -> float:
    """The CPU seconds of a list of pages: for each page its least time in all turns."""
    return sum(map(min, zip(*(turn[name][work] for turn in turns), strict=True)))


def test_the_compiled_reader_reads_the_same_in_less_time(compiled: Path, pages: Path) -> None:
    turns = [(read(pages, ROOT), read(pages, compiled)) for _ in range(TURNS)]
    for plain, fast in turns:
        assert fast["claims"] == plain["claims"]
        assert {name for name, file in fast["files"].items() if file.endswith(".so")} == wanted_modules()
        assert all(Path(file).is_relative_to(compiled) for file in fast["files"].values())
        assert not any(file.endswith(".so") for file in plain["files"].values())
    plain_times, times = ([turn[build]["times"] for turn in turns] for build in (0, 1))
    seconds = {name: least(times, name, "read") for name in (PROSE, TABLES)}
    ratio = {name: least(plain_times, name, "read") / seconds[name] for name in seconds}
    speed = {name: len(times[0][name]["read"]) / seconds[name] for name in seconds}
    beside_floor = least(times, PROSE, "floor") / seconds[PROSE]
    unit = "pages per CPU second"
    keep(
        [
            row("extract/compiled", speed[PROSE], unit, "plain Python", ratio[PROSE]),
            row("extract/compiled_tables", speed[TABLES], unit, "plain Python", ratio[TABLES]),
            row("extract/compiled_one_regex", speed[PROSE], unit, "one_regex", beside_floor),
        ]
    )
    assert ratio[PROSE] >= BAR_BESIDE_PLAIN
    assert ratio[TABLES] > 1


def test_a_source_tree_holds_nothing_compiled() -> None:
    assert [str(path) for package in ("ingest", "orchestration") for path in (ROOT / package).rglob("*.so")] == []


def test_compiling_in_place_is_refused() -> None:
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    environment = os.environ | {"UNION_WAREHOUSE_COMPILE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "make compiled" in done.stderr
