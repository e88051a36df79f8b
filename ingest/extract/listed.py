"""Labels and numbers in two rows of one length: 会员、女会员分别为5万人、2万人.

Belongs here: what 分别 joins. Does not belong here: a label beside its own number (`attribution`), rows of places
(`placed`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.extract.breakdowns import announced_before, breakdown_of
from ingest.extract.labels import Occurrence
from ingest.extract.lexicon import alternation
from ingest.extract.sentence import (
    CLAUSE_MARK,
    Match,
    Sentence,
    can_count,
)
from ingest.vocabulary import metrics, words


@lru_cache(maxsize=1)
def respectively() -> re.Pattern[str]:
    """The word after which numbers belong to the labels before it, one to one."""
    return re.compile(rf"{alternation(words()['respectively'])}|各(?=达|为|有|\d)")


def share_listed(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str
) -> list[Match | None]:
    """会员、女会员分别为5万人、2万人: as many labels in a row as numbers in a row, on either side of the word."""
    marker = respectively().search(sentence.text)
    if marker is None:
        return matches
    place = sentence.start + marker.start()
    begin = max(max(view.rfind(mark, sentence.start, place) for mark in ",;:") + 1, sentence.start)
    after = [index for index, quantity in enumerate(sentence.quantities) if quantity.start >= place]
    listed = _counting(sentence, after, [item for item in occurrences if begin <= item.start and item.end <= place])
    split = _split_label(listed, after) or _split_values(listed, after, view, place)
    if split is None:
        split = _one_to_one(sentence, after[: len(listed)], listed)
    if split is None:
        return _name_numbers_before(sentence, matches, occurrences, view, (begin, sentence.start + marker.end()))
    return [split.get(index, match) for index, match in enumerate(matches)] if split else matches


def _counting(sentence: Sentence, indices: list[int], items: list[Occurrence]) -> list[Occurrence]:
    """The items that stand in no other and can count any of the numbers."""
    counted = [sentence.quantities[index] for index in indices]
    return [
        item
        for item in items
        if not any(o is not item and o.start <= item.start and item.end <= o.end for o in items)
        and any(can_count(item, quantity) for quantity in counted)
    ]


def _one_to_one(sentence: Sentence, indices: list[int], listed: list[Occurrence]) -> dict[int, Match] | None:
    """The numbers and the labels of two rows of one length, if each label can count its number."""
    if len(listed) < 2 or len(indices) != len(listed):
        return None
    pairs = list(zip(indices, listed, strict=True))
    if not all(can_count(item, sentence.quantities[index]) for index, item in pairs):
        return None
    return {
        index: Match(item.term.codes, item.term.fixed_breakdown | item.label.breakdown, "listed_respectively", item)
        for index, item in pairs
    }


def _name_numbers_before(
    sentence: Sentence, matches: list[Match | None], occurrences: list[Occurrence], view: str, lead: tuple[int, int]
) -> list[Match | None]:
    """3名职工、2个集体分别获省五一劳动奖章、工人先锋号: numbers in a row in the `lead`, their labels behind it.

    A label behind the word names none of the numbers alone.
    """
    begin, end = lead
    before = [i for i, quantity in enumerate(sentence.quantities) if begin <= quantity.start < end]
    if len(before) < 2:
        return matches
    stop = CLAUSE_MARK.search(view, end, sentence.end)
    last = stop.start() if stop else sentence.end
    listed = [item for item in occurrences if end <= item.start and item.end <= last and item.label.metrics]
    pairs = _one_to_one(sentence, before, _counting(sentence, before, listed))
    if pairs is None:
        return [
            None if index in before and _stands_behind(match, end) else match for index, match in enumerate(matches)
        ]
    result, level = list(matches), dict[str, str]()
    for index, match in pairs.items():
        place = match.label.start if match.label else end
        level |= announced_before(view[end:place].rpartition("、")[2], match.codes)
        result[index] = match._replace(breakdown=level | match.breakdown)
    return result


def _stands_behind(match: Match | None, place: int) -> bool:
    return match is not None and match.label is not None and match.label.start >= place


def _split_label(listed: list[Occurrence], after: list[int]) -> dict[int, Match] | None:
    """职代会、厂务公开建制率分别为91.3%和90.6%: one label that names as many metrics as numbers follow."""
    if len(listed) != 1 or len(listed[0].label.metrics) < 2 or len(after) < len(listed[0].label.metrics):
        return None
    result: dict[int, Match] = {}
    for index, code in zip(after, listed[0].label.metrics, strict=False):
        metric = metrics()[code]
        result[index] = Match((metric.canonical_code,), dict(metric.fixed_breakdown), "listed_respectively", listed[0])
    return result


def _split_values(listed: list[Occurrence], after: list[int], view: str, marker: int) -> dict[int, Match] | None:
    """职工书屋全国、省、市级分别为3家、7家、22家: one label, and as many values of a breakdown as numbers follow."""
    if not listed:
        return None
    item = max(listed, key=lambda other: (other.end, other.weight))
    names = [name for name in re.split("[、,和及与]", view[item.end : marker].strip("的中有")) if name]
    if len(names) < 2 or len(names) > len(after):
        return None
    told = [breakdown_of(name, item.term.codes, in_table=True) for name in names]
    if any(len(values) != 1 for values in told) or len({key for values in told for key in values}) != 1:
        return None
    own = item.term.fixed_breakdown | item.label.breakdown
    return {
        index: Match(item.term.codes, own | values, "listed_respectively", item)
        for index, values in zip(after, told, strict=False)
    }
