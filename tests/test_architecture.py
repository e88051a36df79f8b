"""The house rules that a machine can hold: arrows between packages, one name everywhere, words kept as data."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingest.schemas import FRAMES
from ingest.warehouse import CORRECTIONS, HISTORY

ROOT = Path(__file__).parent.parent
HAN_LIST = re.compile(r"[\[({]\s*(?:[\"'][\u4e00-\u9fff]+[\"']\s*,\s*){4,}")


def test_the_arrows_between_packages_run_one_way() -> None:
    # in a process of its own: it switches the loggers of this one off
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout


def test_a_frame_has_one_name_in_the_lake_and_in_dbt() -> None:
    [file] = (ROOT / "dbt_project" / "models" / "staging").glob("*sources.yml")
    declared = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
    [raw] = [source for source in declared if source["name"] == "raw"]
    assert {table["name"] for table in raw["tables"]} == {*FRAMES, HISTORY, CORRECTIONS}


@pytest.mark.parametrize("package", ["ingest", "orchestration"])
def test_chinese_word_lists_stand_in_data_files(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert [str(file) for file in files if HAN_LIST.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("package", ["ingest", "orchestration"])
def test_every_module_says_what_belongs_there(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert [str(file) for file in files if not file.read_text(encoding="utf-8").startswith('"""')] == []
