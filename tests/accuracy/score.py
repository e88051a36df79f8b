"""Score claims against annotated pages: what was read, what it was taken for, where and when.

Belongs here: comparing claims with gold and counting. Nothing here imports the library under test; a claim is a
mapping with the columns page_id, char_start, char_end, raw_span, obs_value, qualifier, unit_code, metric_code,
breakdown, ref_area_name, ref_year, change_kind, is_target, as `claims` frames carry them.

How it counts
- Spans match when they share a character, values when they are equal; a gold quantity without a value matches a claim
  without one, or of qualifier ORDER. Pairs are one to one, best overlap first.
- A quantity is one span and value, however many metric cells share it. A metric cell is one gold row with a metric,
  of confidence 1, that is an observed level (no plan, no change).
- Rows of confidence 0 are arguable: never missed, and a claim that can only belong to one is dropped.
- Breakdown `?`, an empty unit, an empty region or year and one that only the context can tell are not scored.
- A plan read as a plan, and a change read as a change, are no metric claims; read as levels they are false alarms.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

Span = tuple[int, int]
Breakdown = frozenset[tuple[str, str]]
Row = Mapping[str, Any]
ItemT = TypeVar("ItemT", "Gold", "Claim")

TOTALS = {"", "_t", "_z", "total", "none", "null"}
SAME_REGION = {"中国": "全国", "中华人民共和国": "全国", "国家": "全国", "香港": "香港特别行政区"}
UNSCORED_BASES = frozenset({"context"})
BARS = {
    "quantity_precision": 0.97,
    "quantity_recall": 0.97,
    "metric_precision": 0.95,
    "metric_recall": 0.88,
    "fully_right_of_gold": 0.85,
    "fully_right_of_claims": 0.85,
}
TABLE_BARS = {"fully_right_of_gold": 0.97}


# ------------------------------------------------------------------------------------------------ what is compared


@dataclass(frozen=True)
class Gold:
    """One annotated cell. `breakdown` None, `region` and `unit` empty and `year` None are not scored."""

    span: Span
    value: float | None
    qualifier: str
    unit: str
    metric: str
    breakdown: Breakdown | None
    region: str
    year: int | None
    is_level: bool
    is_target: bool
    is_scored: bool
    surface: str = ""

    @property
    def is_metric(self) -> bool:
        """Counts as a metric cell that a reader should find."""
        return self.is_scored and bool(self.metric) and self.is_level and not self.is_target


@dataclass(frozen=True)
class Claim:
    """One claim as the scorer sees it."""

    span: Span
    value: float | None
    qualifier: str
    unit: str
    metric: str
    breakdown: Breakdown
    region: str
    year: int | None
    is_level: bool
    is_target: bool
    surface: str = ""

    @property
    def is_metric(self) -> bool:
        """Says the level of a metric."""
        return bool(self.metric) and self.is_level


@dataclass(frozen=True)
class Trap:
    """A look-alike that is no quantity."""

    span: Span
    kind: str


@dataclass(frozen=True)
class GoldPage:
    """The annotation of one page, with what `styles.csv` says of it."""

    page_id: str
    gold: tuple[Gold, ...]
    traps: tuple[Trap, ...] = ()
    style: str = ""
    kind: str = "prose"
    is_holdout: bool = False


def parse_breakdown(raw: object) -> Breakdown:
    """A breakdown as pairs, from a mapping or from `dimension=value;…`; totals say nothing and are left out."""
    if not raw:
        return frozenset()
    if isinstance(raw, Mapping):
        pairs = [(str(key), str(value)) for key, value in raw.items()]
    else:
        pairs = [part.partition("=")[::2] for part in str(raw).replace(",", ";").split(";") if part.strip()]
    trimmed = [(key.strip().lower(), value.strip()) for key, value in pairs]
    return frozenset((key, value) for key, value in trimmed if value.lower() not in TOTALS)


def parse_number(raw: object) -> float | None:
    """A number, or None for an empty cell."""
    return None if raw is None or raw == "" else float(str(raw))


def parse_year(raw: object) -> int | None:
    """A year, or None for an empty cell."""
    return None if raw is None or raw == "" else int(str(raw)[:4])


def is_true(raw: object) -> bool:
    """Whether a cell says yes."""
    return str(raw).strip().lower() in {"1", "true", "yes"}


def gold_of(row: Row, unscored_bases: frozenset[str] = UNSCORED_BASES) -> Gold:
    """A gold row from its CSV form. Raises KeyError or ValueError."""
    return Gold(
        span=(int(row["char_start"]), int(row["char_end"])),
        value=parse_number(row["obs_value"]),
        qualifier=row["qualifier"],
        unit=row["unit_code"],
        metric=row["metric_code"],
        breakdown=None if row["breakdown"] == "?" else parse_breakdown(row["breakdown"]),
        region="" if row.get("region_basis") in unscored_bases else row["region"],
        year=None if row.get("year_basis") in unscored_bases else parse_year(row["ref_year"]),
        is_level=(row["change_kind"] or "level") == "level",
        is_target=is_true(row["is_target"]),
        is_scored=row["confidence"] == "1",
        surface=row["surface"],
    )


def claim_of(row: Row) -> Claim:
    """A claim from its mapping; no qualifier means EQ, no change_kind means level. Raises KeyError, ValueError."""
    start, end = int(row["char_start"]), int(row["char_end"])
    if not 0 <= start < end:
        raise ValueError(f"offsets {start}, {end} hold no character")
    planned = is_true(row.get("is_target")) or row.get("obs_status") == "F" or row.get("period_type") == "target"
    return Claim(
        span=(start, end),
        value=parse_number(row.get("obs_value")),
        qualifier=row.get("qualifier") or "EQ",
        unit=row.get("unit_code") or "",
        metric=row.get("metric_code") or "",
        breakdown=parse_breakdown(row.get("breakdown")),
        region=row.get("ref_area_name") or "",
        year=parse_year(row.get("ref_year")),
        is_level=(row.get("change_kind") or "level") == "level",
        is_target=planned,
        surface=row.get("raw_span") or "",
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def load_gold(
    folder: Path, unscored_bases: frozenset[str] = UNSCORED_BASES, *, score_invented_regions: bool = True
) -> dict[str, GoldPage]:
    """The annotated pages of a corpus (gold/, traps/, styles.csv) by page id. Raises ValueError naming the row.

    Without `score_invented_regions`, regions are scored only on pages about real places, which a register of
    regions can know.
    """
    styles = {row["page_id"]: row for row in read_rows(folder / "styles.csv")}
    pages = {}
    for path in sorted((folder / "gold").glob("*.csv")):
        rows = []
        for line, row in enumerate(read_rows(path), 2):
            try:
                rows.append(gold_of(row, unscored_bases))
            except (KeyError, ValueError) as problem:
                raise ValueError(f"{path} line {line}: {problem!r}") from problem
        traps = [
            Trap((int(row["char_start"]), int(row["char_end"])), row["kind"])
            for row in read_rows(folder / "traps" / path.name)
        ]
        style = styles.get(path.stem, {})
        if style.get("place") == "invented" and not score_invented_regions:
            rows = [replace(row, region="") for row in rows]
        pages[path.stem] = GoldPage(
            path.stem, tuple(rows), tuple(traps), style.get("style", ""), style.get("kind", "prose"),
            is_true(style.get("holdout")),
        )  # fmt: skip
    return pages


# ------------------------------------------------------------------------------------------------ agreement


def overlap(one: Span, other: Span) -> int:
    """The number of characters two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def same_value(gold: Gold, claim: Claim) -> bool:
    """Equal values, or no value where gold has none."""
    if gold.value is None:
        return claim.value is None or claim.qualifier == "ORDER"
    return claim.value is not None and math.isclose(gold.value, claim.value, rel_tol=1e-9, abs_tol=1e-9)


def same_region(gold: str, claim: str) -> bool:
    """Equal names, or one the tail of the other (a name with its parents)."""
    one, other = (SAME_REGION.get(name, name) for name in ("".join(gold.split()), "".join(claim.split())))
    if one == other:
        return bool(one)
    return min(len(one), len(other)) > 1 and (one.endswith(other) or other.endswith(one))


def agreement(gold: Gold, claim: Claim) -> dict[str, bool]:
    """Which attributes of a claim agree with its gold cell; what is not scored agrees."""
    return {
        "qualifier": gold.qualifier == claim.qualifier,
        "breakdown": gold.breakdown is None or gold.breakdown == claim.breakdown,
        "region": not gold.region or same_region(gold.region, claim.region),
        "year": gold.year is None or gold.year == claim.year,
    }


def best_pairs(candidates: Iterable[tuple[tuple[float, ...], int, int]]) -> list[tuple[int, int]]:
    """One-to-one pairs of (rank, left, right) candidates, highest rank first, at a tie the earlier one."""
    left_used: set[int] = set()
    right_used: set[int] = set()
    pairs = []
    for _, left, right in sorted(candidates, key=lambda item: ([-part for part in item[0]], item[1], item[2])):
        if left not in left_used and right not in right_used:
            left_used.add(left)
            right_used.add(right)
            pairs.append((left, right))
    return pairs


def by_quantity(items: Iterable[ItemT]) -> list[list[ItemT]]:
    """The items grouped by span and value: one group is one quantity."""
    groups: defaultdict[tuple[Span, float | None], list[ItemT]] = defaultdict(list)
    for item in items:
        groups[item.span, item.value].append(item)
    return list(groups.values())


# ------------------------------------------------------------------------------------------------ counting


@dataclass
class Counts:
    """What one page, or several together, gave. `errors` counts the kinds of mistakes."""

    pages: int = 0
    quantity_gold: int = 0
    quantity_claimed: int = 0
    quantity_right: int = 0
    traps: int = 0
    traps_hit: int = 0
    qualifier_scored: int = 0
    qualifier_right: int = 0
    unit_scored: int = 0
    unit_right: int = 0
    metric_gold: int = 0
    metric_claimed: int = 0
    metric_right: int = 0
    breakdown_right: int = 0
    region_scored: int = 0
    region_right: int = 0
    year_scored: int = 0
    year_right: int = 0
    fully_right: int = 0
    dropped: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add the counts of another page."""
        for item in fields(self):
            if item.name == "errors":
                self.errors.update(other.errors)
            else:
                setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    def ratios(self) -> dict[str, float | None]:
        """The figures by name; None where there is nothing to divide by."""
        parts = {
            "quantity_precision": (self.quantity_right, self.quantity_claimed),
            "quantity_recall": (self.quantity_right, self.quantity_gold),
            "qualifier_accuracy": (self.qualifier_right, self.qualifier_scored),
            "unit_accuracy": (self.unit_right, self.unit_scored),
            "metric_precision": (self.metric_right, self.metric_claimed),
            "metric_recall": (self.metric_right, self.metric_gold),
            "breakdown_accuracy": (self.breakdown_right, self.metric_right),
            "region_accuracy": (self.region_right, self.region_scored),
            "year_accuracy": (self.year_right, self.year_scored),
            "fully_right_of_gold": (self.fully_right, self.metric_gold),
            "fully_right_of_claims": (self.fully_right, self.metric_claimed),
        }
        return {name: part / whole if whole else None for name, (part, whole) in parts.items()}


@dataclass(frozen=True)
class Mistake:
    """One miss or false alarm, for the reader who wants to mend it."""

    page_id: str
    what: str
    surface: str
    value: float | None
    metric: str
    detail: str = ""


class PageScore:
    """Counts and mistakes of one page."""

    def __init__(self, page: GoldPage, rows: Iterable[Row]) -> None:
        self.page = page
        self.claims = list(dict.fromkeys(claim_of(row) for row in rows))
        self.counts = Counts(pages=1, traps=len(page.traps))
        self.mistakes: list[Mistake] = []
        self.score_quantities()
        self.score_metrics()

    def miss(self, what: str, item: Gold | Claim, detail: str = "") -> None:
        """Note a mistake."""
        self.counts.errors[f"{what}: {detail}" if detail else what] += 1
        self.mistakes.append(Mistake(self.page.page_id, what, item.surface, item.value, item.metric, detail))

    def touching(self, claim: Claim) -> list[Gold]:
        """The gold rows that share a character with a claim."""
        return [row for row in self.page.gold if overlap(row.span, claim.span)]

    def score_quantities(self) -> None:
        """Count quantities found, invented and missed, with their qualifiers and units."""
        gold = by_quantity(self.page.gold)
        said = by_quantity(self.claims)
        wanted = [any(row.is_scored for row in rows) for rows in gold]
        pairs = best_pairs(
            ((float(wanted[left]), shared_part(rows[0].span, group[0].span)), left, right)
            for left, rows in enumerate(gold)
            for right, group in enumerate(said)
            if overlap(rows[0].span, group[0].span) and same_value(rows[0], group[0])
        )
        self.counts.quantity_gold = sum(wanted)
        partner = {right: left for left, right in pairs}
        hit: set[Trap] = set()
        for right, group in enumerate(said):
            left = partner.get(right)
            if left is not None and wanted[left]:
                self.count_right_quantity([row for row in gold[left] if row.is_scored], group[0])
            elif left is not None or any(not row.is_scored for row in self.touching(group[0])):
                self.counts.dropped += 1
            else:
                hit |= self.count_false_quantity(group[0])
        self.counts.traps_hit = len(hit)
        found = {left for left, _ in pairs}
        for left, rows in enumerate(gold):
            if wanted[left] and left not in found:
                self.miss("quantity missed", rows[0])

    def count_right_quantity(self, rows: Sequence[Gold], claim: Claim) -> None:
        """Count a quantity that was found, and whether qualifier and unit agree with any of its rows."""
        self.counts.quantity_claimed += 1
        self.counts.quantity_right += 1
        self.counts.qualifier_scored += 1
        self.counts.qualifier_right += claim.qualifier in {row.qualifier for row in rows}
        if all(row.unit for row in rows):
            self.counts.unit_scored += 1
            self.counts.unit_right += claim.unit in {row.unit for row in rows}

    def count_false_quantity(self, claim: Claim) -> set[Trap]:
        """Count a quantity that is none; the traps it fell into when no gold row is near."""
        self.counts.quantity_claimed += 1
        traps = {trap for trap in self.page.traps if overlap(trap.span, claim.span)}
        near = self.touching(claim)
        self.miss("quantity false alarm", claim, "" if near else next((trap.kind for trap in traps), ""))
        return set() if near else traps

    def score_metrics(self) -> None:
        """Count metric cells found, missed and wrongly claimed, with their breakdown, region and year."""
        wanted = [row for row in self.page.gold if row.is_metric]
        said = [claim for claim in self.claims if claim.is_metric]
        pairs = best_pairs(
            ((float(sum(agreement(row, claim).values())), float(overlap(row.span, claim.span))), left, right)
            for left, row in enumerate(wanted)
            for right, claim in enumerate(said)
            if row.metric == claim.metric and overlap(row.span, claim.span) and same_value(row, claim)
        )
        self.counts.metric_gold = len(wanted)
        for left, right in pairs:
            self.count_right_metric(wanted[left], said[right])
        found = {left for left, _ in pairs}
        used = {right for _, right in pairs}
        for right, claim in enumerate(said):
            if right not in used:
                self.count_false_metric(claim)
        for left, row in enumerate(wanted):
            if left not in found:
                self.miss("metric missed", row)

    def count_right_metric(self, gold: Gold, claim: Claim) -> None:
        """Count a cell of the right value and metric, and what else of it is right."""
        agrees = agreement(gold, claim)
        self.counts.metric_claimed += 1
        self.counts.metric_right += 1
        self.counts.breakdown_right += agrees["breakdown"]
        self.counts.region_scored += bool(gold.region)
        self.counts.region_right += bool(gold.region) and agrees["region"]
        self.counts.year_scored += gold.year is not None
        self.counts.year_right += gold.year is not None and agrees["year"]
        self.counts.fully_right += all(agrees.values())
        for name, agreed in agrees.items():
            if not agreed:
                self.miss(f"wrong {name}", claim)

    def count_false_metric(self, claim: Claim) -> None:
        """Count a metric claim that no cell asks for, unless it touches only arguable rows or is a plan told as one."""
        kind = self.false_metric_kind(claim)
        if not kind:
            self.counts.dropped += 1
            return
        self.counts.metric_claimed += 1
        self.miss("metric false alarm", claim, kind)

    def false_metric_kind(self, claim: Claim) -> str:
        """What is wrong with a metric claim without a gold cell; empty when it is to be dropped."""
        near = self.touching(claim)
        equal = [row for row in near if row.is_scored and same_value(row, claim)]
        if not equal:
            if any(not row.is_scored for row in near):
                return ""
            return "wrong value" if near else "no quantity there"
        if any(row.is_target for row in equal):
            return "" if claim.is_target else "plan as observation"
        if any(not row.is_level for row in equal):
            return "change as level"
        if any(row.metric == claim.metric for row in equal):
            return "said twice"
        return "wrong metric" if any(row.metric for row in equal) else "unmapped in gold"


def shared_part(one: Span, other: Span) -> float:
    """The shared characters as a part of the longer span."""
    return overlap(one, other) / max(one[1] - one[0], other[1] - other[0])


# ------------------------------------------------------------------------------------------------ reports


@dataclass
class Report:
    """Counts by page and by group of pages, and the mistakes on pages that are not held out."""

    pages: dict[str, Counts]
    groups: dict[str, Counts]
    mistakes: list[Mistake]


def groups_of(page: GoldPage) -> list[str]:
    """The groups a page counts in: all, its kind (a mixed page is a table), its style, its half of the corpus."""
    kind = "table" if page.kind in {"table", "mixed"} else "prose"
    half = "holdout" if page.is_holdout else "development"
    return ["all", half, kind, *([f"style:{page.style}"] if page.style else [])]


def score(gold: Mapping[str, GoldPage], claims: Iterable[Row]) -> Report:
    """Score claims against annotated pages; claims on other pages are ignored."""
    said: defaultdict[str, list[Row]] = defaultdict(list)
    for row in claims:
        said[str(row["page_id"])].append(row)
    report = Report({}, {}, [])
    for page_id, page in gold.items():
        scored = PageScore(page, said[page_id])
        report.pages[page_id] = scored.counts
        if not page.is_holdout:
            report.mistakes.extend(scored.mistakes)
        for name in groups_of(page):
            report.groups.setdefault(name, Counts()).add(scored.counts)
    return report


def score_rows(report: Report) -> list[dict[str, object]]:
    """The figures of every group and page as rows name, value, unit, ratio_to, ratio; ratio is value over its bar."""
    rows: list[dict[str, object]] = []
    for group, counts in {**report.groups, **{f"page:{name}": page for name, page in report.pages.items()}}.items():
        bars = {**BARS, **(TABLE_BARS if group == "table" else {})}
        for name, value in counts.ratios().items():
            bar = bars.get(name)
            ratio = value / bar if value is not None and bar else None
            rows.append({
                "name": f"{group}/{name}", "value": value, "unit": "ratio",
                "ratio_to": f"bar {bar}" if bar else None, "ratio": ratio,
            })  # fmt: skip
        rows.append({
            "name": f"{group}/traps_hit", "value": counts.traps_hit, "unit": "count",
            "ratio_to": f"{counts.traps} traps", "ratio": counts.traps_hit / counts.traps if counts.traps else None,
        })  # fmt: skip
    return rows


COLUMNS: tuple[tuple[str, Callable[[Counts, Mapping[str, float | None]], object]], ...] = (
    ("pages", lambda counts, _: counts.pages),
    ("qty", lambda counts, _: counts.quantity_gold),
    ("qty P", lambda _, figures: figures["quantity_precision"]),
    ("qty R", lambda _, figures: figures["quantity_recall"]),
    ("traps", lambda counts, _: f"{counts.traps_hit}/{counts.traps}"),
    ("qual", lambda _, figures: figures["qualifier_accuracy"]),
    ("unit", lambda _, figures: figures["unit_accuracy"]),
    ("cells", lambda counts, _: counts.metric_gold),
    ("metr P", lambda _, figures: figures["metric_precision"]),
    ("metr R", lambda _, figures: figures["metric_recall"]),
    ("brk", lambda _, figures: figures["breakdown_accuracy"]),
    ("reg", lambda _, figures: figures["region_accuracy"]),
    ("year", lambda _, figures: figures["year_accuracy"]),
    ("full/gold", lambda _, figures: figures["fully_right_of_gold"]),
    ("full/said", lambda _, figures: figures["fully_right_of_claims"]),
)


def cell_text(value: object) -> str:
    """A figure for the printed table."""
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def score_table(report: Report) -> Table:
    """The report as a printable table: groups first, then pages."""
    table = Table(title="Accuracy")
    table.add_column("", no_wrap=True)
    for name, _ in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for part in (report.groups, report.pages):
        for name, counts in part.items():
            figures = counts.ratios()
            table.add_row(name, *(cell_text(show(counts, figures)) for _, show in COLUMNS))
        table.add_section()
    return table


# ------------------------------------------------------------------------------------------------ texts that differ


def printed(text: str) -> tuple[str, list[int]]:
    """The characters of a text that are not space, and where each stands."""
    places = [place for place, sign in enumerate(text) if not sign.isspace()]
    return "".join(text[place] for place in places), places


def realign(rows: Iterable[Row], read_text: str, gold_text: str) -> list[dict[str, Any]]:
    """Claims on one rendering of a page with their offsets moved to another; spaces and line breaks may differ.

    For HTML pages, whose text each renderer sets in its own way. A claim whose characters have no counterpart in the
    gold text is put behind its end, where it counts as a false alarm.
    """
    said, said_places = printed(read_text)
    wanted, wanted_places = printed(gold_text)
    moved: dict[int, int] = {}
    if said == wanted:
        blocks = [(0, 0, len(said))]
    else:
        matcher = difflib.SequenceMatcher(None, said, wanted, autojunk=False)
        blocks = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]
    for a, b, size in blocks:
        moved.update((said_places[a + step], wanted_places[b + step]) for step in range(size))
    result = []
    for row in rows:
        places = [moved[place] for place in range(int(row["char_start"]), int(row["char_end"])) if place in moved]
        start, end = (min(places), max(places) + 1) if places else (len(gold_text), len(gold_text) + 1)
        result.append({**row, "char_start": start, "char_end": end})
    return result


def main(argv: list[str] | None = None) -> int:
    """Score a file of claims (one JSON object a line) against a built corpus."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("corpus", type=Path, help="folder with gold/, traps/ and styles.csv")
    parser.add_argument("claims", type=Path, help="claims, one JSON object a line")
    parser.add_argument("--real-regions", action="store_true", help="score regions on pages about real places only")
    parser.add_argument("--json", type=Path, help="write the figures here, one object per row")
    parser.add_argument("--mistakes", type=Path, help="write the mistakes on development pages here, one a line")
    args = parser.parse_args(argv)
    lines = args.claims.read_text(encoding="utf-8").splitlines()
    gold = load_gold(args.corpus, score_invented_regions=not args.real_regions)
    report = score(gold, (json.loads(line) for line in lines if line.strip()))
    Console(width=None if sys.stdout.isatty() else 170).print(score_table(report))
    if args.json:
        args.json.write_text(json.dumps(score_rows(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if args.mistakes:
        told = (json.dumps(asdict(mistake), ensure_ascii=False) + "\n" for mistake in report.mistakes)
        args.mistakes.write_text("".join(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
