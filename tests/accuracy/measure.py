"""Measure the project's extraction against the annotated pages and keep the figures.

    python -m tests.accuracy.measure [--record]

Builds the corpus, extracts every page as the pipeline does (HTML pages through the HTML reader), scores, prints
the table, and writes `build/score.json` (one object per row) and `<data>/accuracy/score.parquet` with the recorded
level of each figure, which an asset check compares. `--record` takes today's figures as the recorded level.

The model page is scored too when its annotation lies beside the project; it is never part of the recorded level.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ingest.extract import extract_claims
from ingest.parse import parse_html, parse_text
from ingest.records import Page
from ingest.settings import load_settings
from tests.accuracy.author import build_corpus
from tests.accuracy.score import Report, load_gold, realign, score, score_rows, score_table

RECORDED = Path(__file__).parent / "recorded.json"
SHARED = Path(__file__).parents[3] / "shared"
SCORED_NAMES = (
    "quantity_precision", "quantity_recall", "metric_precision", "metric_recall", "fully_right_of_gold",
    "fully_right_of_claims",
)  # fmt: skip
GROUPS = ("all", "development", "holdout", "prose", "table")


def read_page(path: Path) -> tuple[Page, str]:
    """A corpus page as the pipeline reads it, and the text that its annotation indexes."""
    gold_text = path.with_suffix(".txt").read_bytes().decode()
    sidecar = path.with_suffix(".meta.json")
    meta = json.loads(sidecar.read_text(encoding="utf-8")) if sidecar.exists() else {}
    url, title = meta.get("url", ""), meta.get("title", "")
    html = path.with_suffix(".html")
    if html.exists():
        return parse_html(html.read_bytes(), page_id=path.stem, url=url, title=title or None), gold_text
    return parse_text(gold_text, page_id=path.stem, url=url, title=title), gold_text


def claims_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Claims of all pages of a corpus folder, their offsets on the annotated text."""
    for path in sorted((folder / "pages").glob("*.txt")):
        page, gold_text = read_page(path)
        rows = [asdict(claim) for claim in extract_claims(page)]
        yield from rows if page.text == gold_text else realign(rows, page.text, gold_text)


def measure(folder: Path) -> Report:
    """Score the project's extraction on a corpus folder; regions on real places only."""
    return score(load_gold(folder, score_invented_regions=False), claims_of(folder))


def recorded_levels() -> dict[str, float]:
    """The figures that extraction has reached and may not fall below."""
    levels: dict[str, float] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return levels


def figures(report: Report) -> dict[str, float]:
    """The figures that are recorded: by group and name."""
    return {
        str(row["name"]): float(str(row["value"]))
        for row in score_rows(report)
        if row["value"] is not None and _is_recorded(str(row["name"]))
    }


def _is_recorded(name: str) -> bool:
    group, _, figure = name.partition("/")
    return group in GROUPS and figure in SCORED_NAMES


def model_page_report() -> Report | None:
    """The score of the model page; None where its annotation is not at hand."""
    if not (SHARED / "gold" / "pages").exists():
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, source in (("gold", "gold/pages"), ("traps", "gold/traps"), ("pages", "pages")):
            (folder / part).symlink_to(SHARED / source)
        rows = [
            asdict(claim)
            for path in sorted((folder / "pages").glob("*.txt"))
            for claim in extract_claims(parse_text(path.read_bytes().decode(), page_id=path.stem))
        ]
        return score(load_gold(folder), rows)


def keep(rows: list[dict[str, object]], levels: dict[str, float], build: Path, kept: Path) -> None:
    """Write the rows as JSON, and the recorded figures beside their levels as Parquet."""
    build.mkdir(parents=True, exist_ok=True)
    (build / "score.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept.mkdir(parents=True, exist_ok=True)
    compared = [{"name": row["name"], "value": row["value"], "recorded": levels.get(str(row["name"]))} for row in rows]
    schema = {"name": pl.String, "value": pl.Float64, "recorded": pl.Float64}
    pl.DataFrame(compared, schema=schema).drop_nulls().write_parquet(kept / "score.parquet")


def main(argv: list[str] | None = None) -> int:
    """Measure, print and keep; exit code 1 when a figure fell below its recorded level."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", action="store_true", help="take today's figures as the recorded level")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        report = measure(build_corpus(Path(name)))
    console = Console(width=None if sys.stdout.isatty() else 170)
    console.print(score_table(report))
    rows = score_rows(report)
    model = model_page_report()
    if model is not None:
        console.print(score_table(model))
        rows += [{**row, "name": f"model_page:{row['name']}"} for row in score_rows(model)]
    now = figures(report)
    if args.record:
        RECORDED.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    levels = recorded_levels()
    keep(rows, levels, Path("build"), load_settings().home / "accuracy")
    fallen = [f"{name} is {now[name]:.4f}, recorded {level:.4f}" for name, level in levels.items() if now[name] < level]
    for sentence in fallen:
        console.print(f"below the recorded level: {sentence}", style="red")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
