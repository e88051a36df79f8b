"""What the extractor knows, as data: metrics, labels, units, breakdowns and words (CSV), and their schema.

Belongs here: reading and checking those files. Does not belong here: applying them (`ingest.extract`).
Adding a label is one more line in `labels.csv`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import ingest

FOLDER = Path(ingest.__path__[0]) / "vocabulary"  # a compiled module has no `__file__` while it is run
STATISTICS = frozenset({"stock", "flow", "rate", "cumulative"})
POSITIONS = frozenset({"", "left", "right", "table"})
SCALES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 10**8,
}
SCALED_UNIT = re.compile(rf"^(?P<scale>{'|'.join(sorted(SCALES, key=len, reverse=True))})(?P<unit>.+)$")
TWO_WORDINGS = re.compile(r"^(?P<first>[^()/、]+)(?:[/、](?P<other>[^()/、]+)|\((?P<second>[^()/、]+)\))$")
HALF_WIDTH = str.maketrans("（）／％", "()/%")
CATEGORY_JOINTS = re.compile("[、,，·和及与的\\s]")


class VocabularyError(Exception):
    """A vocabulary file that breaks its schema; the message names file, line and what was expected."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of `metrics.csv`. `fixed_breakdown` is what an alias row adds to its canonical metric."""

    code: str
    tier: int
    theme: str
    name_en: str
    name_zh: str
    unit_code: str
    statistic: str
    definition_en: str
    breakdowns: tuple[str, ...]
    typical_range: str
    canonical_code: str
    fixed_breakdown: dict[str, str]
    base_code: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure word: what it measures, its base unit (None: the metric's own), and the units it also serves."""

    word: str
    dimension: str
    unit_code: str | None
    factor: float
    accepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Label:
    """Words that name a metric.

    `text` may hold `…` for a short gap. `metrics` are codes that all receive the number. `position` says on
    which side of the number the label may stand, or that it only heads rows and columns of tables; `needs` and
    `refuses` are words looked for around it; `breakdown` is added to the claim; `units` narrows the unit codes.
    """

    text: str
    metrics: tuple[str, ...]
    position: str
    needs: tuple[str, ...]
    refuses: tuple[str, ...]
    units: frozenset[str]
    breakdown: dict[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class BreakdownWord:
    """A word that announces a breakdown value, such as 女 for sex=F.

    `where` it does: in any text, in a part of what was counted before, in a table, or as the whole head of a row.
    """

    word: str
    dimension: str
    value: str
    where: str


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of one vocabulary CSV with surrounding blanks removed. Raises VocabularyError on ragged lines."""
    path = FOLDER / name
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        columns = (*next(reader, ()), "_line")
        rows = []
        for cells in filter(None, reader):
            cells.append(str(reader.line_num))
            if len(cells) != len(columns):
                raise VocabularyError(f"{name} line {reader.line_num}: expected {len(columns) - 1} columns")
            rows.append(dict(zip(columns, map(str.strip, cells), strict=True)))
    return rows


@lru_cache(maxsize=16384)
def split_words(text: str) -> tuple[str, ...]:
    """The parts of a `|`-separated cell."""
    return tuple(part for part in text.split("|") if part)


@lru_cache(maxsize=1024)
def split_codes(text: str) -> tuple[str, ...]:
    """The parts of a `+`-separated cell."""
    return tuple(part for part in text.split("+") if part)


@lru_cache(maxsize=256)
def unit_set(text: str) -> frozenset[str]:
    """The unit codes of a `|`-separated cell."""
    return frozenset(split_words(text))


def parse_breakdown(text: str, where: str) -> dict[str, str]:
    """`sex=F;worker_type=migrant` as a dictionary."""
    pairs = [part.partition("=") for part in text.split(";") if part]
    if any(not key or not value for key, _, value in pairs):
        raise VocabularyError(f"{where}: breakdown {text!r} is not dimension=value;dimension=value")
    return {key: value for key, _, value in pairs}


@lru_cache(maxsize=1)
def metrics() -> dict[str, Metric]:
    """All metrics by code. Raises VocabularyError when a row breaks the schema."""
    found: dict[str, Metric] = {}
    for row in read_rows("metrics.csv"):
        where = f"metrics.csv line {row['_line']}"
        if row["code"] in found or row["statistic"] not in STATISTICS:
            raise VocabularyError(
                f"{where}: code {row['code']!r} must be new and its statistic one of {sorted(STATISTICS)}"
            )
        found[row["code"]] = _metric(row, where)
    for metric in found.values():
        if metric.canonical_code not in found:
            raise VocabularyError(
                f"metrics.csv: {metric.code} names the unknown canonical code {metric.canonical_code!r}"
            )
    return found


def _metric(row: dict[str, str], where: str) -> Metric:
    return Metric(
        code=row["code"],
        tier=int(row["tier"]),
        theme=row["theme"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        unit_code=row["unit"],
        statistic=row["statistic"],
        definition_en=row["definition_en"],
        breakdowns=split_words(row["breakdowns"]),
        typical_range=row["typical_range"],
        canonical_code=row["canonical_code"] or row["code"],
        fixed_breakdown=parse_breakdown(row["fixed_breakdown"], where),
        base_code=row["base_code"] or None,
    )


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """All measure words."""
    return {
        row["word"]: Unit(
            row["word"],
            row["dimension"],
            row["unit_code"] or None,
            float(row["factor"]),
            frozenset(split_words(row["accepts"])),
        )
        for row in read_rows("units.csv")
    }


@lru_cache(maxsize=4096)
def unit_named(text: str) -> Unit | None:
    """The measure word that a table prints: alone, behind a scale (百万人), or in two wordings (件(次), 个/家)."""
    printed = re.sub(r"\s", "", text).translate(HALF_WIDTH)
    if printed in units():
        return units()[printed]
    scaled = SCALED_UNIT.match(printed)
    if scaled is not None:
        base = unit_named(scaled["unit"])
        factor = SCALES[scaled["scale"]]
        return replace(base, word=printed, factor=base.factor * factor) if base and base.factor == 1 else None
    twice = TWO_WORDINGS.match(printed)
    if twice is None:
        return None
    first, second = unit_named(twice["first"]), unit_named(twice["second"] or twice["other"])
    return replace(first, word=printed) if first and second and first.dimension == second.dimension else None


@lru_cache(maxsize=1)
def labels() -> tuple[Label, ...]:
    """All labels. Raises VocabularyError for an unknown metric, position or breakdown."""
    return tuple(_label(row) for row in read_rows("labels.csv"))


def _label(row: dict[str, str]) -> Label:
    codes = split_codes(row["metrics"])
    unknown = [code for code in codes if code not in metrics()]
    if unknown or row["position"] not in POSITIONS:
        raise VocabularyError(
            f"labels.csv line {row['_line']}: {unknown or row['position']!r} is not a metric code or a position"
            " (left, right, table)"
        )
    return Label(
        text=row["label"],
        metrics=codes,
        position=row["position"],
        needs=split_words(row["needs"]),
        refuses=split_words(row["refuses"]),
        units=unit_set(row["units"]),
        breakdown=parse_breakdown(row["breakdown"], f"labels.csv line {row['_line']}") if row["breakdown"] else {},
        line=int(row["_line"]),
    )


@lru_cache(maxsize=1)
def breakdown_words() -> tuple[BreakdownWord, ...]:
    """All breakdown words that may stand among others, the longest first."""
    return tuple(sorted((item for item in _announcing() if item.where != "whole"), key=lambda item: -len(item.word)))


@lru_cache(maxsize=1)
def categories() -> dict[str, BreakdownWord]:
    """Breakdown words by themselves: each is all that a row label or a column head says, such as 采矿业."""
    return {bare_category(item.word): item for item in _announcing() if item.where == "whole"}


def bare_category(text: str) -> str:
    """A category without the signs and particles in which its wordings differ: 批发和零售业, 批发、零售业."""
    return CATEGORY_JOINTS.sub("", text)


def _announcing() -> tuple[BreakdownWord, ...]:
    return tuple(
        BreakdownWord(word, row["dimension"], row["value"], row["where"])
        for row in read_rows("breakdowns.csv")
        for word in split_words(row["zh_words"])
    )


@lru_cache(maxsize=1)
def flows() -> dict[str, str]:
    """The flow that a stock becomes when its number is of new ones: members to new members."""
    return {row["stock_code"]: row["flow_code"] for row in read_rows("flows.csv")}


@lru_cache(maxsize=1)
def shares() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Rates that a part and its whole confirm: code of the rate, code of the part, words that end the whole's noun."""
    return tuple((row["rate"], row["part"], split_words(row["whole_words"])) for row in read_rows("shares.csv"))


@dataclass(frozen=True, slots=True)
class Companion:
    """A noun that counts `code` when its number stands `after` (or `before`) one of the metric `neighbour`."""

    side: str
    neighbour: str
    nouns: tuple[str, ...]
    code: str


@lru_cache(maxsize=1)
def companions() -> tuple[Companion, ...]:
    """Nouns of everyday use that take their metric from the number beside them."""
    return tuple(
        Companion(row["side"], row["neighbour"], split_words(row["nouns"]), row["code"])
        for row in read_rows("companions.csv")
    )


@lru_cache(maxsize=1)
def words() -> dict[str, tuple[str, ...]]:
    """Function words by kind, each list with the longest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in read_rows("words.csv"):
        found[row["kind"]].extend(split_words(row["words"]))
    return {kind: tuple(sorted(items, key=len, reverse=True)) for kind, items in found.items()}


def begins_part(text: str) -> bool:
    """Whether a row label or a column head says that it is a part of what stands before it: #女性, 其中:女."""
    return text.startswith(words()["table_part"] + words()["of_which"])


def without_of_which(text: str) -> str:
    """A row label or a column head without the words that announce a part."""
    for word in words()["of_which"]:
        text = text.removeprefix(word)
    return text
