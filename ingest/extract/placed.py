"""Rows of places with their figures: 分县区看:东湾区142个、浮山区118个.

Belongs here: which figure of a row is which place's, also of places that no register knows. Does not belong here:
the region that a clause or a page is about (`places`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.extract.lexicon import alternation
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import Match, Sentence, can_count, same_kind
from ingest.vocabulary import words

LONGEST_PLACE_NAME = 5
LOOSE_RULES = ("purpose_near", "label_left_near")

Known = list[tuple[Match, Quantity]]


def of_row_of_places(
    match: Match | None, latest: Match | None, quantity: Quantity, sentence: Sentence, lead: str, known: Known
) -> Match | None:
    """The match of a number with the place that a row gives it, or `match` as it is where there is no row.

    `lead` are the words before the number, `latest` is the match of the number before it, `known` all before it.
    """
    begin = quantity.start - len(lead)
    if match and match.label and begin <= match.label.start < match.label.end <= quantity.start:
        match = _in_announced_place(lead[: match.label.start - begin], match)
    if match is not None and match.rule not in LOOSE_RULES:
        return match
    is_named = match is not None and match.rule != "purpose_near"
    announced = match if is_named else _label_between(sentence, begin, quantity)
    return _among_places(lead, quantity, latest, announced, known) or match


def _among_places(
    lead: str, quantity: Quantity, latest: Match | None, label: Match | None, known: Known
) -> Match | None:
    """分县区看:东湾区142个、浮山区118个: each of the places that a row names, also where no register knows them.

    A row is announced; from then on each place goes on with the figure of the one before it. What the row tells is
    named in its announcement (新增会员前三位的是…), or was the last figure of its kind.
    """
    told = _row_of_places().search(lead)
    if told is None:
        return None
    if told["announced"] is None:
        goes_on = latest is not None and latest.place is not None and told.start() == 0
        return latest._replace(place=told["name"], rule="part_of_place") if goes_on and latest else None
    wholes = [match for match, earlier in reversed(known) if same_kind(earlier, quantity) and not match.breakdown]
    whole = label or next(iter(wholes), None)
    return whole._replace(place=told["name"], rule="part_of_place") if whole else None


def _in_announced_place(lead: str, match: Match) -> Match:
    """从县区看,东湾区会员16.2万: the place that opens a row stands before the noun."""
    told = _row_of_places().search(lead)
    return match._replace(place=told["name"]) if told and told["announced"] else match


def _label_between(sentence: Sentence, begin: int, quantity: Quantity) -> Match | None:
    """What the last label in the words before a number names, if the number can count it."""
    between = [
        item
        for item in sentence.occurrences
        if begin <= item.start and item.end <= quantity.start and item.label.metrics and can_count(item, quantity)
    ]
    last = max(between, key=lambda item: (item.end, item.weight), default=None)
    if last is None:
        return None
    return Match(last.term.codes, last.term.fixed_breakdown | last.label.breakdown, "part_of_place", last)


@lru_cache(maxsize=1)
def _row_of_places() -> re.Pattern[str]:
    """A place right before a number: in a row that goes on, or behind what announces a row."""
    name = rf"(?P<name>[\u4e00-\u9fff]{{1,{LONGEST_PLACE_NAME}}}(?:{alternation(words()['place_suffix'])}))"
    announced = alternation(words()["by_place"])
    return re.compile(
        rf"(?:^[,、;]|(?P<announced>{announced})[^,;。\d]{{0,6}}?(?:是|为|有|以)?[:,]?){name}(?:\([^()]*\))?(?:有|为|达)?$"
    )
