"""Which breakdown the words around a label or in a header announce: 女, 农民工, 国有企业, 市级.

Belongs here: finding breakdown words. Does not belong here: which number they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.codes import AWARD_LEVEL
from ingest.extract.lexicon import ENUMERATORS, JOINING_SIGNS, alternation, any_of
from ingest.extract.places import LONGEST_PLACE, is_place
from ingest.vocabulary import BreakdownWord, breakdown_words, metrics, words

ANNOUNCED_REACH = 6
QUOTES = "“”‘’\"'"
WHOLE_AREA_MARKS = ("全", "该", "本", "我")
SEVERAL = "\x00"
ANYWHERE = frozenset({"any"})
IN_PART = frozenset({"any", "part"})
IN_TABLE = frozenset({"any", "part", "table"})


class _Announcers(NamedTuple):
    """The words that may announce a breakdown, the longest first, and a pattern that finds any of them."""

    items: tuple[BreakdownWord, ...]
    pattern: re.Pattern[str]


@lru_cache(maxsize=4096)
def _announcers(codes: tuple[str, ...], where: frozenset[str], *, with_short: bool) -> _Announcers | None:
    """The words of the dimensions that the metrics are broken by; None where there are none.

    A single character is no announcement of its own, but for the sexes, unless `with_short`.
    """
    allowed = dimensions_of(codes)
    items = tuple(
        item
        for item in breakdown_words()
        if item.dimension in allowed
        and item.where in where
        and (with_short or item.where != "any" or len(item.word) > 1 or item.dimension == "sex")
    )
    return _Announcers(items, re.compile(alternation(item.word for item in items))) if items else None


def announced_before(window: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Breakdown words at the end of `window`: 国有企业 before 职代会建制率."""
    found: dict[str, str] = {}
    known = _announcers(codes, ANYWHERE, with_short=True)
    if known is None or not known.pattern.search(window):
        return found
    window = _without_mixed(window)
    for item in known.items:
        place = window.rfind(item.word)
        if place < 0 or item.dimension in found:
            continue
        tail = window[place + len(item.word) :].strip(QUOTES)
        is_bare = len(item.word) == 1 and item.dimension == AWARD_LEVEL
        reach = 0 if is_bare else ANNOUNCED_REACH
        stands_anywhere = item.word[0] == "全" or (is_bare and _ends_a_name(window[: place + 1]))
        if (
            len(tail.replace("\x00", "")) <= reach
            and not tail.startswith(("以上", "及以上", *words()["and_so_on"]))
            and not (stands_anywhere and _is_facility(codes) and not tells_part(window))
            and not (len(item.word) == 1 and window[:place].endswith(WHOLE_AREA_MARKS))
            and not any(mark in tail for mark in ENUMERATORS)
            and "\x00" not in window[place : place + len(item.word)]
        ):
            found[item.dimension] = SEVERAL if _joins_other(window, place, item) else item.value
            window = window[:place] + "\x00" * len(item.word) + tail
    return _single(found)


def _ends_a_name(text: str) -> bool:
    """泰州|市工会驿站: the character ends the name of a place, and tells no level."""
    return any(is_place(text[-length:]) for length in range(3, LONGEST_PLACE + 1))


def _without_mixed(window: str) -> str:
    """The words without those for several sectors together (企事业单位), which announce none of them."""
    return any_of("mixed_sector").sub(lambda match: SEVERAL * len(match[0]), window)


def _joins_other(window: str, place: int, item: BreakdownWord) -> bool:
    """区域性、行业性集体合同: the word is one of two values of its dimension that share a number."""
    others = _words_of_others(item.dimension, item.value)
    after = window[place + len(item.word) :]
    rest = after.lstrip(JOINING_SIGNS)
    return _ends_with_joined(window[:place], others) or (rest != after and rest.startswith(others))


def _ends_with_joined(text: str, words_before: tuple[str, ...]) -> bool:
    lead = text.rstrip(JOINING_SIGNS)
    return lead != text and lead.endswith(words_before)


def without_joined(own: dict[str, str], before: str) -> dict[str, str]:
    """What a label says itself, without the dimensions of which the text `before` it joins another value to it."""
    if not own or before[-1:] not in ENUMERATORS:
        return own
    return {
        dimension: value
        for dimension, value in own.items()
        if not _ends_with_joined(before, _words_of_others(dimension, value))
    }


@lru_cache(maxsize=256)
def _words_of_others(dimension: str, value: str) -> tuple[str, ...]:
    return tuple(o.word for o in breakdown_words() if o.dimension == dimension and o.value != value)


def _single(found: dict[str, str]) -> dict[str, str]:
    """The dimensions of which one value is told."""
    return {dimension: value for dimension, value in found.items() if value != SEVERAL}


def with_implied(told: dict[str, str], code: str) -> dict[str, str]:
    """What is told and what follows from it, if the metric is broken by it: couriers are in new forms of employment."""
    if not told:
        return told
    known = dimensions_of((code,))
    return {**{key: value for key, value in _implied(tuple(told.items())) if key in known}, **told}


@lru_cache(maxsize=1024)
def _implied(told: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for rule in words()["implied_breakdown"]:
        given, _, follows = rule.partition(":")
        if tuple(given.split("=")) in told:
            dimension, _, value = follows.partition("=")
            found.append((dimension, value))
    return tuple(found)


def metric_of_part(code: str, told: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The metric and what breaks it down, where a part has a metric of its own: migrants among the employees."""
    for dimension, value in told.items():
        part = _part_metrics().get((code, dimension, value))
        if part is not None:
            return part, {key: value for key, value in told.items() if key != dimension}
    return code, dict(told)


@lru_cache(maxsize=1)
def _part_metrics() -> dict[tuple[str, str, str], str]:
    found = {}
    for rule in words()["part_metric"]:
        whole, told, part = rule.split(":")
        dimension, _, value = told.partition("=")
        found[whole, dimension, value] = part
    return found


def tells_part(text: str) -> bool:
    """Whether the text announces a part of what was told before: 其中, 含."""
    return any_of("of_which").search(text) is not None


def _is_facility(codes: tuple[str, ...]) -> bool:
    """Places are not awards: 全国 before them says where they stand, not who named them."""
    return any(metrics()[code].unit_code == "facility" for code in codes)


@lru_cache(maxsize=4096)
def dimensions_of(codes: tuple[str, ...]) -> frozenset[str]:
    """The dimensions by which any of the metrics is broken down."""
    return frozenset(dimension for code in codes for dimension in metrics()[metrics()[code].canonical_code].breakdowns)


def breakdown_of(
    window: str, codes: tuple[str, ...], *, in_table: bool = False, in_part: bool = False
) -> dict[str, str]:
    """Breakdown values announced in `window`, longest words first, restricted to what the metrics are broken by."""
    found: dict[str, str] = {}
    known = _announcers(codes, IN_TABLE if in_table else IN_PART if in_part else ANYWHERE, with_short=in_table)
    if known is None or not known.pattern.search(window):
        return found
    rest = window = window if in_table else _without_mixed(window)
    examples = _exemplified(window, known.items)
    for item in known.items:
        is_leftover = item.where != "any" and bool(found)  # 企业 in 港澳台商投资企业 is no second answer
        if item.dimension not in found and item.word in rest and not is_leftover:
            found[item.dimension] = SEVERAL if _joins_other(window, window.find(item.word), item) else item.value
            rest = rest.replace(item.word, "\x00" * len(item.word))
    return {dimension: value for dimension, value in _single(found).items() if dimension not in examples}


def _exemplified(window: str, items: tuple[BreakdownWord, ...]) -> set[str]:
    """Dimensions of which the words only give examples: 货车司机、快递员等八大群体 are more than couriers."""
    place = max(window.find(word) for word in words()["and_so_on"])
    return {item.dimension for item in items if window.endswith(item.word, 0, place)} if place > 0 else set()
