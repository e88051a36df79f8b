"""A header line whose spans were lost in print, above lines that have a cell in every column.

    项　目 | 基层工会 | 建立有下列组织的基层工会 | 建立职代
           |          | 经费审查 | 女职工        | 会制度的
           | 组织数   | 委员会   | 委员会        | 单位数

Belongs here: over how many columns each head of the first line stands. Does not belong here: finding tables
(`texttables`), or two lines of which neither has a cell in every column (`headers`).

A head over one column is the beginning of what the lines below go on with; a head over several has known heads of
their own below it, or parts, or completes each of them. Where several ways fill the columns, none is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingest.parse.headers import is_part_head
from ingest.vocabulary import labels, words
from ingest.vocabulary.heads import is_stub_head

MOST_COLUMNS = 24
LONGEST_HEAD = 60
ASIDE = re.compile(r"[(（][^()（）]*[)）]|[\s#＃*]")
LEAST_SHARE = 0.5
LEAST_LABEL = 2


def spans_of(heads: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """Over how many columns each head stands; None unless exactly one way is understood.

    `columns` are what the lines below say in each column, joined.
    """
    width = len(columns)
    if not 1 < len(heads) < width <= MOST_COLUMNS:
        return None
    ways: dict[int, list[list[int]]] = {0: [[]]}
    for number, head in enumerate(heads):
        last = width - (len(heads) - number - 1)
        following: dict[int, list[list[int]]] = {}
        for place, spans in ways.items():
            for end in _ends(head, columns, place, last):
                known = following.setdefault(end, [])
                known += [[*way, end - place] for way in spans][: 2 - len(known)]
        ways = following
    found = ways.get(width, [])
    return found[0] if len(found) == 1 else None


def _ends(head: str, columns: Sequence[str], place: int, last: int) -> Iterator[int]:
    """Where a head that begins over a column may end.

    One column goes on with the head; several are heads of their own, or none is and the head completes each. No head
    stands twice below another, and a total only before the parts.
    """
    if place < last and _are_one(head, columns[place]):
        yield place + 1
    are_known = are_completed = True
    seen: set[str] = set()
    for end in range(place + 1, last + 1):
        text = columns[end - 1]
        core = _core(text)
        if core in seen or (seen and core in words()["table_total"]):
            return
        seen.add(core)
        is_known = _is_known(text)
        are_known = are_known and is_known
        is_completed = not is_known and bool(core) and (_are_one(head, text) or _are_one(text, head))
        are_completed = are_completed and is_completed
        if not (are_known or are_completed):
            return
        if end > place + 1:
            yield end


@lru_cache(maxsize=4096)
def _are_one(first: str, second: str) -> bool:
    """Two lines are one head: what they say together is a label, or a part, that neither says alone."""
    upper, lower = _core(first), _core(second)
    if not upper or not lower:
        return _is_known(upper or lower)
    if is_part_head(lower) and _is_known(upper):  # a part alone below its whole would have no whole beside it
        return False
    whole = upper + lower
    return _is_known(whole) if _names_nothing(whole) else _label_size(whole, len(upper)) >= _least_size(whole)


@lru_cache(maxsize=4096)
def _is_known(text: str) -> bool:
    """A head of labels, a part, or mostly the label of a metric."""
    core = _core(text)
    return bool(core) and (_names_nothing(core) or _label_size(core, None) >= _least_size(core))


def _names_nothing(core: str) -> bool:
    """A head of labels, a part or a total, which names no metric of its own."""
    return is_stub_head(core) or is_part_head(core)


def _least_size(core: str) -> float:
    for word in words()["table_filler"]:
        core = core.replace(word, "")
    return max(LEAST_SHARE * len(core), LEAST_LABEL)


def _core(text: str) -> str:
    return ASIDE.sub("", text)


def _label_size(core: str, joint: int | None) -> int:
    """How many characters the longest label in a head has, if `joint` is told among those that stand across it."""
    known = _label_texts() if len(core) <= LONGEST_HEAD else frozenset()
    for length in range(len(core), 1, -1):
        for start in range(len(core) - length + 1):
            is_across = joint is None or start < joint < start + length
            if is_across and core[start : start + length] in known:
                return length
    return 0


@lru_cache(maxsize=1)
def _label_texts() -> frozenset[str]:
    """Labels that name a metric by more than words which stand in any head, such as 单位."""
    return frozenset(label.text for label in labels() if label.metrics) - frozenset(words()["table_filler"])
