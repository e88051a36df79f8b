"""Where the words that name metrics stand in a text: one automaton over the whole vocabulary.

Belongs here: finding labels. Does not belong here: deciding which number a label names (`attribution`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import ahocorasick_rs

from ingest.vocabulary import Label, Unit, labels, metrics, words

GAP = "…"
LONGEST_GAP = 14
BREAK = re.compile(r"[,。;!?\n0-9]|[一二三四五六七八九十百千]+多?[名人个家户]")
VAGUE = 2
MONEY = "yuan"
WORKPLACES = frozenset({"enterprise", "unit"})
HOUSEHOLD = "household"
PEOPLE = frozenset({"person", "person_time"})
PERSONAL = PEOPLE | {HOUSEHOLD}


class Term:
    """A label with all that is asked of it wherever it stands, worked out once.

    `is_free` when it asks nothing of its sentence; `specificity` rates how much it spells out.
    """

    __slots__ = (
        *("label", "pieces", "later_pieces", "weight", "dimension", "needs", "codes", "fixed_breakdown", "is_award"),
        *(
            "is_stock",
            "is_rate",
            "is_share",
            "is_generic",
            "refused_near",
            "refused_behind",
            "refused_anywhere",
            "refused",
        ),
        *("_unit_codes", "is_free", "specificity"),
    )

    def __init__(self, label: Label) -> None:
        named = _facts(label.metrics)
        self.label = label
        self.pieces = tuple(label.text.split(GAP))
        self.later_pieces = self.pieces[1:]
        self.weight = len(label.text.replace(GAP, ""))
        self.dimension = _dimension(label.metrics, label.units)
        self.needs = label.needs
        self.codes = named.codes
        self.fixed_breakdown = named.fixed_breakdown
        self.is_award = named.is_award
        self.is_stock = named.is_stock
        self.is_share = named.is_share
        self.is_rate = label.text.endswith(words()["rate_ending"])
        self.is_generic = bool(label.needs) and label.text in words()["generic_noun"]
        self.refused_near, self.refused_behind, self.refused_anywhere, self.refused = _refusals(label.refuses)
        self.is_free = not (label.needs or self.refused_anywhere or self.later_pieces)
        self.specificity = min(2.0 * self.weight, 20.0) - (24.0 if self.weight <= VAGUE else 0.0)
        self._unit_codes: dict[str, str | None] = {}

    def unit_code(self, unit: Unit | None) -> str | None:
        """The unit code of a claim, or None when this measure word cannot count the label's metric."""
        word = unit.word if unit else ""
        if word not in self._unit_codes:
            self._unit_codes[word] = _unit_code(self.label, unit)
        return self._unit_codes[word]


@lru_cache(maxsize=4096)
def _refusals(refuses: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The words that a label refuses near it, behind it, anywhere in its sentence, and all; many labels share them."""
    near = tuple(word for word in refuses if word[0] != "-")
    behind = tuple(word[1:] for word in refuses if word[0] == "-")
    anywhere = tuple(word[1:] for word in refuses if word[0] == "~")
    return near, behind, anywhere, tuple(word.lstrip("-~") for word in refuses)


class _Facts(NamedTuple):
    """What the metrics of a label say of it; many labels share them."""

    codes: tuple[str, ...]
    fixed_breakdown: dict[str, str]
    is_award: bool
    is_stock: bool
    is_share: bool


@lru_cache(maxsize=4096)
def _facts(codes: tuple[str, ...]) -> _Facts:
    named = [metrics()[code] for code in codes]
    return _Facts(
        codes=tuple(metric.canonical_code for metric in named),
        fixed_breakdown={key: value for metric in named for key, value in metric.fixed_breakdown.items()},
        is_award=any("award_level" in metric.breakdowns for metric in named),
        is_stock=all(metric.statistic == "stock" for metric in named),
        is_share=any(metric.statistic == "rate" for metric in named),
    )


@lru_cache(maxsize=4096)
def _dimension(codes: tuple[str, ...], units: frozenset[str]) -> str:
    """What kind of thing a label of these metrics counts: money, percent, persons, other things, or any."""
    if not codes:
        return "any"
    wanted = units or {metrics()[codes[0]].unit_code}
    if MONEY in wanted or "percent" in wanted:
        return min(wanted)
    return "person" if wanted & PERSONAL else "count"


def _unit_code(label: Label, unit: Unit | None) -> str | None:
    """A measure word with a unit of its own wins over the metric's unit (户 beats 人数)."""
    if not label.metrics:
        return (unit.unit_code or "") if unit else None
    metric = metrics()[metrics()[label.metrics[0]].canonical_code]
    own = metric.unit_code
    if unit and unit.unit_code == "person_time" and own == "person" and metric.statistic == "stock" and not label.units:
        return None  # attendances are no people who belong to something
    wanted = label.units or {own}
    if unit is None:
        return None if wanted & {MONEY, "percent"} else own
    if unit.unit_code is None:
        fitting = wanted & unit.accepts
        return own if own in fitting else min(fitting, default=None)
    is_plain = unit.word in words()["polite_person"] or own in WORKPLACES
    if is_plain and own in unit.accepts and own in wanted:
        return own
    is_wanted = unit.unit_code in wanted or bool(wanted & unit.accepts)
    return unit.unit_code if is_wanted and not _is_of_others(unit.unit_code, label.units) else None


def _is_of_others(code: str | None, units: frozenset[str]) -> bool:
    """Families beside a label that says it counts people, or people beside one that says it counts families."""
    return bool(units) and ((code == HOUSEHOLD and units <= PEOPLE) or (code in PEOPLE and units == {HOUSEHOLD}))


class Occurrence(NamedTuple):
    """A label found at `start:end` of the view."""

    start: int
    end: int
    term: Term

    @property
    def label(self) -> Label:
        """The label itself."""
        return self.term.label

    @property
    def weight(self) -> int:
        """How specific the label is: the number of characters it spells out."""
        return self.term.weight


class LabelledText:
    """The first pieces of labels in a stretch of a text, found in one pass: the terms, start and end of each."""

    def __init__(self, text: str, heads: list[tuple[list[Term], int, int]]) -> None:
        self._text = text
        self._heads = heads
        self._ends = [end for _, _, end in heads]

    def between(self, start: int, end: int) -> list[Occurrence]:
        """The labels that stand inside `text[start:end]`, overlapping ones too, in order of their start."""
        found: list[Occurrence] = []
        for named, begin, stop in self._heads[bisect_right(self._ends, start) : bisect_right(self._ends, end)]:
            if begin >= start:
                for term in named:
                    last = _end_of(term, self._text, stop, end) if term.later_pieces else stop
                    if last:
                        found.append(Occurrence(begin, last, term))
        found.sort(key=itemgetter(1), reverse=True)
        found.sort(key=itemgetter(0))
        return found


class LabelIndex:
    """Finds all labels of a vocabulary in a text in one pass."""

    def __init__(self, vocabulary: Iterable[Term]) -> None:
        by_head: dict[str, list[Term]] = defaultdict(list)
        for term in vocabulary:
            by_head[term.label.text.split(GAP)[0]].append(term)
        self._terms = list(by_head.values())
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(by_head), implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def find(self, text: str) -> list[Occurrence]:
        """All occurrences, overlapping ones too, in order of their start."""
        return self.read(with_synonyms(text), 0, len(text)).between(0, len(text))

    def read(self, text: str, start: int, end: int) -> LabelledText:
        """The labels of `text[start:end]`; synonyms are read already."""
        found = self._automaton.find_matches_as_indexes(text[start:end], overlapping=True)
        return LabelledText(text, [(self._terms[index], start + begin, start + stop) for index, begin, stop in found])


def _end_of(term: Term, text: str, head_end: int, limit: int) -> int:
    """Where the label ends, following its later pieces over short gaps; 0 when one is missing."""
    end = head_end
    for piece in term.later_pieces:
        place = text.find(piece, end, min(end + LONGEST_GAP + len(piece), limit))
        if place < 0 or BREAK.search(text, end, place):
            return 0
        end = place + len(piece)
    return end


@lru_cache(maxsize=1)
def _synonyms() -> tuple[tuple[str, str], ...]:
    """Words read as others of the same length, so that offsets stay."""
    pairs = (item.partition(":")[::2] for item in words()["synonym"])
    return tuple((word, other) for word, other in pairs if len(word) == len(other))


def with_synonyms(text: str) -> str:
    """`text` with each synonym as the word it is read as."""
    for word, other in _synonyms():
        text = text.replace(word, other)
    return text


@lru_cache(maxsize=1)
def _all_terms() -> tuple[Term, ...]:
    return tuple(Term(label) for label in labels())


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """The terms of the project's own vocabulary that name what a sentence counts."""
    return tuple(term for term in _all_terms() if term.label.position != "table")


@lru_cache(maxsize=1)
def table_terms() -> tuple[Term, ...]:
    """The terms of the project's own vocabulary that may be the head of a row or a column."""
    return tuple(term for term in _all_terms() if term.label.position != "right")


@lru_cache(maxsize=1)
def label_index() -> LabelIndex:
    """The index of the project's own vocabulary for sentences."""
    return LabelIndex(terms())


@lru_cache(maxsize=1)
def table_label_index() -> LabelIndex:
    """The index of the project's own vocabulary for the heads of tables."""
    return LabelIndex(table_terms())
