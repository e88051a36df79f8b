"""A sentence with its numbers and labels, what a number is matched to, and the words that add nothing between them.

Belongs here: what all readers of a sentence share. Does not belong here: deciding which number counts what
(`attribution`, `inheritance`, `continuation`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ingest.extract.labels import Occurrence, Term, terms
from ingest.extract.lexicon import alternation, holds_any
from ingest.extract.quantities import Quantity
from ingest.vocabulary import Label, metrics, words

CLAUSE_MARK = re.compile(r"[,;。!?\n]")
BRACKETS = re.compile(r"\([^()]{0,12}\)|[“”\"<>《》\[\]\x00]")
YEAR_PHRASE = re.compile(
    r"(?:截至|截止|由|从|自)?(?:(?:1[89]|20)\d{2}年(?:底|末|初|度)?|年[底末初])(?:\d{1,2}月)?(?:底|末)?的?|[由从自](?=\d|$)"
    r"|(?:截至)?(?:\d{1,2}月[底末]|现在|目前|如今|当前)的?"
    r"|[由从](?:上年|去年|上一年|前年|年初)(?:[底末初]|同期|度)?的?"
)


class Match(NamedTuple):
    """What a quantity counts: canonical metric codes with the breakdown, and the rule that decided.

    `place` is the name of the place whose figure it is, where a row of places tells it.
    """

    codes: tuple[str, ...]
    breakdown: dict[str, str]
    rule: str
    label: Occurrence | None
    place: str | None = None


@dataclass(slots=True)
class Sentence:
    """A sentence of the view with its quantities and labels; offsets index the view.

    `whole` is the figure before it of which it may tell parts, `earlier` the last figures before it, which a
    series of years may go on from, `told` the kinds of status words in it.
    """

    text: str
    start: int
    end: int
    heading: str
    before: str
    quantities: list[Quantity] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    whole: tuple[Match, Quantity] | None = None
    earlier: tuple[tuple[Match, Quantity], ...] = ()
    told: frozenset[str] | None = None


def allows(label: Label, quantity: Quantity) -> bool:
    """Whether the measure word can count what the label names."""
    return unit_of(label, quantity) is not None


def unit_of(label: Label, quantity: Quantity) -> str | None:
    """The unit code of the claim, or None when the measure word cannot count this metric."""
    return _terms_by_line()[label.line].unit_code(quantity.unit)


@lru_cache(maxsize=1)
def _terms_by_line() -> dict[int, Term]:
    return {term.label.line: term for term in terms()}


def counts(code: str, quantity: Quantity) -> bool:
    """Whether the measure word can count a metric."""
    own, unit = metrics()[code].unit_code, quantity.unit
    return unit is not None and (unit.unit_code == own or own in unit.accepts)


def can_count(item: Occurrence, quantity: Quantity) -> bool:
    """Whether the measure word can count what a label in the text names."""
    return item.term.unit_code(quantity.unit) is not None


def same_kind(parent: Quantity, part: Quantity) -> bool:
    """Of one measure word; one that is left out (女12.91万) is that of the whole."""
    if part.unit is None:
        return parent.dimension in (part.dimension, "person")
    return parent.dimension == part.dimension and (part.unit_raw == parent.unit_raw or part.dimension != "count")


def has_context(term: Term, context: str, sentence: str) -> bool:
    """A needed word is near, and no word that the label refuses in its whole sentence (marked ~)."""
    if term.needs and not holds_any(context, term.needs):
        return False
    return not (term.refused_anywhere and holds_any(sentence, term.refused_anywhere))


@lru_cache(maxsize=1)
def _linkers() -> re.Pattern[str]:
    vocabulary = words()
    options = set(vocabulary["linker"])
    kinds = [kind for kind in vocabulary if kind.startswith("left_qualifier") and not kind.endswith("_order")]
    options |= {item for kind in kinds for item in vocabulary[kind]}
    reached = rf"(?:{alternation(vocabulary['level_verb'])})了?(?:{alternation(vocabulary['change_to'])})"
    return re.compile(rf"{reached}|{alternation(options)}|[\s,、;:。\x00]")


@lru_cache(maxsize=65536)
def strip_linkers(gap: str) -> str:
    """What is left of the text between a label and a number without brackets, quotes and linking words."""
    return _linkers().sub("", YEAR_PHRASE.sub("", BRACKETS.sub("", gap)))
