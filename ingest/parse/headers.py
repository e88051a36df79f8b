"""Headers of two lines whose spans were lost in print: which heads of the lower line stand under which upper one.

    地区 | 基层工会组织数 | 职工人数 | 会员人数
    合计 | #女性 | 合计 | #女性

Belongs here: finding the one way in which the heads fill the columns. Does not belong here: finding tables
(`texttables`), or what a header means (`ingest.extract.tables`).

A head of the lower line stands under an upper one that can be broken down by it, a part is nowhere larger than
its whole, and women (or men) are no vanishing share of it. Where several ways fill the columns, none is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.vocabulary import begins_part, breakdown_words, labels, metrics, without_of_which, words
from ingest.vocabulary.heads import category_of, is_year_head

MOST_HEADS = 40
MOST_WAYS = 64
LEAST_SHARE_OF_A_SEX = 0.05
BRACKETED = re.compile(r"[(（][^()（）]*[)）]|\s")
PART_MARKS = "#*＃:：- —"

Groups = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A head of the `level`-th header line over `span` columns from `column` on; `index` counts within its line."""

    level: int
    index: int
    column: int
    span: int


def is_part_head(text: str) -> bool:
    """A head that cannot stand alone: a total, a year, or nothing but a breakdown (合计, 2015年, #女性)."""
    core = _core(text)
    return _is_total(text) or is_year_head(core) or bool(core and not _rest(core))


def place_heads(
    upper: Sequence[str], lower: Sequence[str], width: int, rows: Sequence[Sequence[float | None]]
) -> list[Placed] | None:
    """Where the heads of two header lines stand over `width` columns; None unless exactly one way fits.

    `rows` are the table's values, `width` of them each, None where there is no number.
    """
    if not lower or len(upper) + len(lower) > MOST_HEADS:
        return None
    ways = [groups for groups in _ways(upper, lower, width) if _parts_fit(groups, lower, rows)]
    return _placed(ways[0]) if len(ways) == 1 else None


def _ways(upper: Sequence[str], lower: Sequence[str], width: int) -> list[Groups]:
    """All ways to fill the columns: per upper head how many lower ones it takes, and how many columns it fills."""
    reached: dict[tuple[int, int], list[Groups]] = {(0, 0): [()]}
    for head in upper:
        following: dict[tuple[int, int], list[Groups]] = {}
        for (taken, column), ways in reached.items():
            for count, span in _choices(head, lower[taken:]):
                key = (taken + count, column + span)
                known = following.setdefault(key, [])
                known += [(*way, (count, span)) for way in ways]
                if len(known) > MOST_WAYS:
                    return []
        reached = {key: ways for key, ways in following.items() if key[1] <= width}
    return reached.get((len(lower), width), [])


def _parts_fit(groups: Groups, lower: Sequence[str], rows: Sequence[Sequence[float | None]]) -> bool:
    """No part is larger than the whole before it in any row, and no sex a vanishing share in every row."""
    taken = column = 0
    for count, span in groups:
        heads = lower[taken : taken + count]
        has_whole = span > count or any(_is_total(text) for text in heads[:1])
        for part in range(column + 1, column + span) if has_whole else ():
            shares = [share for row in rows if (share := _share(row[part], row[column])) is not None]
            is_sex = "sex" in _announced(_core(heads[part - column - span + count]))
            if max(shares, default=0.0) > 1 or (is_sex and shares and max(shares) < LEAST_SHARE_OF_A_SEX):
                return False
        taken, column = taken + count, column + span
    return True


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _choices(head: str, lower: Sequence[str]) -> Iterator[tuple[int, int]]:
    """How many of the next lower heads may stand under `head`, with the columns that fills."""
    yield 0, 1
    seen: set[str] = set()
    for count, text in enumerate(lower, start=1):
        core = _core(text)
        if core in seen or (_is_total(text) and count > 1) or not _may_stand_under(text, head):
            return
        seen.add(core)
        if _is_total(lower[0]):
            if count > 1:
                yield count, count
            continue
        yield count, count + 1
        if count > 1 and not begins_part(lower[0].strip()):
            yield count, count


def _placed(groups: Groups) -> list[Placed]:
    found: list[Placed] = []
    column = taken = 0
    for index, (count, span) in enumerate(groups):
        found.append(Placed(0, index, column, span))
        first = column + span - count
        found += [Placed(1, taken + place, first + place, 1) for place in range(count)]
        taken += count
        column += span
    return found


def _may_stand_under(lower: str, upper: str) -> bool:
    """A breakdown stands under a metric that has it, any other head under anything but the head of the labels."""
    if _core(upper) in words()["table_stub_head"] or not upper.strip():
        return False
    core = _core(lower)
    announced = _announced(core)
    if not announced or _is_total(lower):
        return True
    rest = _rest(core)
    return bool(announced & _dimensions(_core(upper))) and (not rest or rest in upper)


def _announced(core: str) -> frozenset[str]:
    """The dimensions of which a head names a value."""
    category = category_of(core)
    if category is not None:
        return frozenset({category.dimension})
    return frozenset(item.dimension for item in breakdown_words() if item.word in core)


def _is_total(text: str) -> bool:
    return _core(text) in words()["table_total"]


def _core(text: str) -> str:
    return without_of_which(BRACKETED.sub("", text).strip(PART_MARKS)).strip(PART_MARKS)


def _rest(core: str) -> str:
    """What a head says beyond its breakdown words and the nouns that go with them."""
    if category_of(core) is not None:
        return ""
    rest = core
    for item in breakdown_words():
        rest = rest.replace(item.word, "")
    if rest == core:
        return core
    for word in words()["part_noun"]:
        rest = rest.replace(word, "")
    return rest


@lru_cache(maxsize=4096)
def _dimensions(core: str) -> frozenset[str]:
    """Breakdown dimensions of the metrics whose labels stand in a head, those of the longest labels."""
    found = [label for label in labels() if label.metrics and label.text in core]
    longest = max((len(label.text) for label in found), default=0)
    codes = {code for label in found if len(label.text) == longest for code in label.metrics}
    canonical = {metrics()[code].canonical_code for code in codes}
    return frozenset(dimension for code in canonical for dimension in metrics()[code].breakdowns)
