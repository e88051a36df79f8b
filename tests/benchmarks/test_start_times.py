"""How long starting takes: commands that only look something up, one page, and the definitions of the code location.

CPU seconds of a whole process, the least of a few, beside `python -c "import polars"` in the same run, which is what any
program that touches a frame pays at least.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_extraction_speed import keep, row

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ingest" / "sample" / "site" / "neibu" / "2018" / "caogao.html"
ROUNDS = 3
FLOOR = [sys.executable, "-c", "import polars"]
COMMAND = [sys.executable, "-m", "ingest.cli"]
LOAD = "from orchestration.definitions import defs; defs().get_repository_def()"
STARTS = [
    pytest.param("help", [*COMMAND, "--help"], 0.5, id="help"),
    pytest.param("sources", [*COMMAND, "sources"], 0.6, id="sources"),
    pytest.param("releases", [*COMMAND, "releases"], 0.5, id="releases"),
    pytest.param("status", [*COMMAND, "status"], 0.55, id="status"),
    pytest.param("extract_one_page", [*COMMAND, "extract", str(PAGE)], 1.5, id="extract"),
    pytest.param("definitions", [sys.executable, "-c", LOAD], 8.0, id="definitions"),
]


def cpu_seconds(command: list[str], home: Path) -> float:
    """The least CPU time of a few runs of a command, its children included."""
    environment = os.environ | {"UNION_WAREHOUSE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""}
    times = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


@pytest.mark.parametrize(("name", "command", "bar"), STARTS)
def test_starts_within_its_bar(name: str, command: list[str], bar: float, tmp_path: Path) -> None:
    floor, spent = cpu_seconds(FLOOR, tmp_path), cpu_seconds(command, tmp_path)
    keep([row(f"start_{name}", spent, "CPU s", "import polars", spent / floor)])
    assert spent < bar
