"""Speed of reading, as ratios measured in one run on the same pages.

Ratios: (a) decode and selectolax alone; (b) the same and one regular expression for quantities with a plain
dictionary per hit, in pure Python; JioNLP (money and time), where it is installed; cost per character of a page of
ten megabytes beside one of a hundred kilobytes; seconds to import. The rows are written to `build/bench.json`.

One more row says how far reading can come towards (b) as long as claims are Python objects: the claims of the same
pages made again from values that are known already, ids and all, and nothing read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from ingest.extract import extract_claims
from ingest.extract.identity import claim_id
from ingest.parse import parse_html, parse_text
from ingest.records import Claim, Page
from tests.accuracy.author import build_corpus

QUANTITY = re.compile(r"\d[\d.,]*\s*[万亿千百]*[多余]?(?:人次|人|个|家|户|名|元|%|场|项|件|份)")
ROUNDS = 3
SHORT_PAGE_BYTES = 100_000
LONG_PAGE_BYTES = 10_000_000
BAR_BESIDE_ONE_REGEX = 0.5
BAR_BESIDE_JIONLP = 15
BAR_IMPORT_SECONDS = 1.0
OUTPUT = Path("build/bench.json")


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The corpus pages as HTML."""
    folder = build_corpus(tmp_path_factory.mktemp("bench")) / "pages"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    return [f"<html><body><p>{text.replace(chr(10), '</p><p>')}</p></body></html>".encode() for text in texts]


def cpu_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least of a few CPU times of `work`."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def floor_a(bodies: list[bytes]) -> None:
    for body in bodies:
        LexborHTMLParser(body.decode()).body.text()


def floor_b(bodies: list[bytes]) -> None:
    for body in bodies:
        text = LexborHTMLParser(body.decode()).body.text()
        _ = [{"start": hit.start(), "end": hit.end(), "raw": hit[0]} for hit in QUANTITY.finditer(text)]


def ours(bodies: list[bytes]) -> None:
    for body in bodies:
        extract_claims(parse_html(body, page_id="p"))


def vars_but_id(claim: Claim) -> dict[str, Any]:
    """The values of a claim by column, without its id."""
    return {field.name: getattr(claim, field.name) for field in fields(claim) if field.name != "claim_id"}


def claims_alone(pages: list[tuple[Page, list[dict[str, Any]]]]) -> None:
    """Make the claims of the pages again from all of their values but the id."""
    for page, claims in pages:
        for known in claims:
            span = known["char_start"], known["char_end"]
            Claim(claim_id=claim_id(page, *span, known["metric_code"], known["breakdown"]), **known)


def keep(rows: list[dict[str, object]]) -> None:
    """Add rows to the bench file, replacing rows of the same name."""
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    old = json.loads(OUTPUT.read_text(encoding="utf-8")) if OUTPUT.exists() else []
    names = {row["name"] for row in rows}
    kept = [*(row for row in old if row["name"] not in names), *rows]
    OUTPUT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for row in rows:
        print(row)


def row(name: str, value: float, unit: str, ratio_to: str | None, ratio: float | None) -> dict[str, object]:
    return {"name": name, "value": value, "unit": unit, "ratio_to": ratio_to, "ratio": ratio}


def test_pages_per_second_beside_the_floors(bodies: list[bytes]) -> None:
    pages = [parse_html(body, page_id="p") for body in bodies]
    read = [(page, [vars_but_id(claim) for claim in extract_claims(page)]) for page in pages]
    speed = {
        name: len(bodies) / cpu_seconds(work)
        for name, work in (
            ("decode_selectolax", lambda: floor_a(bodies)),
            ("one_regex", lambda: floor_b(bodies)),
            ("claims_alone", lambda: claims_alone(read)),
            ("extraction", lambda: ours(bodies)),
        )
    }
    rows = [
        row(f"extract/{name}", speed["extraction"], "pages per CPU second", name, speed["extraction"] / speed[name])
        for name in ("decode_selectolax", "one_regex")
    ]
    most = speed["claims_alone"] / speed["one_regex"]
    rows.append(row("extract/claims_alone", speed["claims_alone"], "pages per CPU second", "one_regex", most))
    keep(rows)
    assert speed["extraction"] / speed["one_regex"] >= BAR_BESIDE_ONE_REGEX


def test_pages_per_second_beside_jionlp(bodies: list[bytes]) -> None:
    jionlp = pytest.importorskip("jionlp", reason="JioNLP is for comparison only: pip install jionlp")
    few = bodies[:6]
    texts = [LexborHTMLParser(body.decode()).body.text() for body in few]
    jionlp.ner.extract_money(texts[0][:100])

    def other() -> None:
        for text in texts:
            jionlp.ner.extract_money(text)
            jionlp.ner.extract_time(text)

    ratio = cpu_seconds(other) / cpu_seconds(lambda: ours(few))
    keep([row("extract/jionlp", ratio, "times", "jionlp money and time", ratio)])
    assert ratio >= BAR_BESIDE_JIONLP


def test_cost_is_linear_in_the_length_of_a_page() -> None:
    sentence = "2017年,全区工会会员达到61.3万人,筹集送温暖资金1260万元,走访慰问困难职工8600户。\n"

    size = len(f"第1000段。{sentence}".encode())

    def cost(length: int, rounds: int) -> float:
        text = "".join(f"第{number}段。{sentence}" for number in range(length // size))
        return cpu_seconds(lambda: extract_claims(parse_text(text, page_id="p")), rounds) / len(text)

    ratio = cost(LONG_PAGE_BYTES, 1) / cost(SHORT_PAGE_BYTES, ROUNDS)
    keep([row("extract/cost_per_character_long_page", ratio, "times", "a page a hundredth as long", ratio)])
    assert ratio < 1.5


def test_import_time() -> None:
    code = "import time; t = time.perf_counter(); import ingest.extract; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    keep([row("extract/import_seconds", float(done.stdout), "seconds", "bar 1", float(done.stdout))])
    assert float(done.stdout) < BAR_IMPORT_SECONDS
