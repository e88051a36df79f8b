"""The model page, a real yearbook article: read from the command line and scored against its annotation.

The page, its annotation and the scorer stand beside the repository in `shared`; without them these tests skip.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[3] / "shared"
PAGE = "neimenggu-2018-zonggonghui"
# Where a claim stands; and what the markup adds or takes away: a title that places the page, blanks around a number.
PLACES = ("claim_id", "page_id", "url", "body_sha256", "char_start", "char_end", "region_basis", "phrase")

pytestmark = pytest.mark.skipif(not (SHARED / "score.py").exists(), reason=f"{SHARED} holds no scorer")


def extract(file: str) -> list[dict[str, Any]]:
    """The claims that `union-warehouse extract` prints for a file of the page."""
    command = [sys.executable, "-m", "ingest.cli", "extract", str(SHARED / "pages" / file), "--format", "jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def from_text() -> list[dict[str, Any]]:
    return extract(f"{PAGE}.txt")


@pytest.fixture(scope="module")
def scores(from_text: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the scorer says of the whole page."""
    folder = tmp_path_factory.mktemp("score")
    lines = "".join(json.dumps(claim, ensure_ascii=False) + "\n" for claim in from_text)
    (folder / "claims.jsonl").write_text(lines, encoding="utf-8")
    gold, out = SHARED / "gold" / "pages", folder / "score.json"
    scorer = [sys.executable, str(SHARED / "score.py"), "--gold", str(gold), "--claims", str(folder / "claims.jsonl")]
    subprocess.run([*scorer, "--json", str(out), "--quiet"], check=True, timeout=60)
    overall: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["overall"]
    return overall


def test_nineteen_of_twenty_quantities_are_read_and_nothing_else(scores: dict[str, Any]) -> None:
    assert scores["quantity"]["precision"] >= 0.95
    assert scores["quantity"]["recall"] >= 0.95


def test_metrics_are_right_with_value_breakdown_region_and_year(scores: dict[str, Any]) -> None:
    assert scores["fully_right"]["of_gold"] >= 0.85
    assert scores["fully_right"]["of_predicted"] >= 0.85


def test_no_date_or_ordinal_is_read_as_a_quantity(scores: dict[str, Any]) -> None:
    assert scores["traps"]["hit"] == 0


def test_the_article_printed_twice_is_counted_once(from_text: list[dict[str, Any]]) -> None:
    cells = [
        (c["metric_code"], c["raw_span"], c["sentence"], str(c["breakdown"])) for c in from_text if c["metric_code"]
    ]
    assert len(cells) == len(set(cells))


def test_evidence_offsets_index_the_file(from_text: list[dict[str, Any]]) -> None:
    text = (SHARED / "pages" / f"{PAGE}.txt").read_bytes().decode("utf-8")
    assert all(text[claim["char_start"] : claim["char_end"]] == claim["raw_span"] for claim in from_text)


@pytest.mark.parametrize("twin", [f"{PAGE}.html", f"{PAGE}.gbk.html"])
def test_the_same_page_as_html_gives_the_same_claims(from_text: list[dict[str, Any]], twin: str) -> None:
    def told(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: value for name, value in claim.items() if name not in PLACES} for claim in claims]

    assert told(extract(twin)) == told(from_text)
