"""Verbs that are said once for several nouns: 覆盖企业8230家,职工31.6万人.

Belongs here: labels made of a verb told before and a noun beside the number. Does not belong here: labels that stand
in the text as they are (`attribution`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.extract.labels import GAP, VAGUE, Occurrence, Term, terms
from ingest.extract.lexicon import alternation, behind_last, holds_any
from ingest.extract.quantities import Quantity
from ingest.extract.sentence import (
    Match,
    Sentence,
    has_context,
    strip_linkers,
)
from ingest.vocabulary import words

LONGEST_NOUN = 8


def is_vague(match: Match | None) -> bool:
    """No metric yet, or one that only a noun of everyday use suggests (职工, 企业)."""
    if match is None:
        return True
    term = match.label.term if match.label else None
    return term is not None and term.weight <= VAGUE and bool(term.needs)


def elided_verb(lead: str, quantity: Quantity, sentence: Sentence, view: str) -> Match | None:
    """覆盖企业8230家,职工31.6万人: the verb of the clause before holds for this noun too."""
    noun = strip_linkers(lead)
    if not 1 < len(noun) <= LONGEST_NOUN:
        return None
    begin = behind_last(view, ";", sentence.start, quantity.start)
    return _verb_with_noun(noun, view[begin : quantity.start - len(lead)], quantity, sentence)


def verb_around(quantity: Quantity, sentence: Sentence, view: str) -> Match | None:
    """覆盖2.3万家企业、86万名职工: the number stands between the verb and the noun of a label."""
    noun = _noun_behind(view, quantity.end) if quantity.unit is not None else None
    if noun is None:
        return None
    begin = behind_last(view, ",;", sentence.start, quantity.start)
    return _verb_with_noun(noun, view[begin : quantity.start], quantity, sentence)


def _verb_with_noun(noun: str, before: str, quantity: Quantity, sentence: Sentence) -> Match | None:
    """The label made of the last fitting verb told in `before` and of `noun`, if its context is there."""
    known = _terms_by_noun().get(noun)
    if known is None:
        return None
    verbs = sorted((place, verb) for verb in known if (place := _last_verb(before, verb)) >= 0)
    context = f"{sentence.heading}\n{sentence.before}\n{sentence.text}"
    told = sentence.text[: quantity.end - sentence.start]
    for _, verb in reversed(verbs):
        for term in known[verb]:
            if (
                term.label.metrics
                and term.unit_code(quantity.unit) is not None
                and has_context(term, context, sentence.text)
                and not holds_any(told, term.refused)
            ):
                here = Occurrence(quantity.start, quantity.start, term)
                return Match(term.codes, dict(term.label.breakdown), "elided_verb", here)
    return None


def _noun_behind(view: str, place: int) -> str | None:
    """The longest noun of a label at `place`, behind attributes that add nothing (86万名广大职工)."""
    starts = [place]
    while attribute := _attribute().match(view, starts[-1]):
        starts.append(attribute.end())
    nouns = _terms_by_noun()
    for start in reversed(starts):
        for length in range(_longest_noun(), 0, -1):
            if view[start : start + length] in nouns:
                return view[start : start + length]
    return None


@lru_cache(maxsize=1)
def _attribute() -> re.Pattern[str]:
    return re.compile(alternation(words()["noun_attribute"]))


@lru_cache(maxsize=1)
def _longest_noun() -> int:
    return max(map(len, _terms_by_noun()))


@lru_cache(maxsize=1)
def _terms_by_noun() -> dict[str, dict[str, list[Term]]]:
    """The terms that begin with a verb that may be carried over, by the noun behind it and the verb."""
    verbs = tuple(dict.fromkeys(words()["carried_verb"]))
    found: dict[str, dict[str, list[Term]]] = {}
    for term in terms():
        text = term.label.text
        if not text.startswith(verbs):
            continue
        for verb in verbs:
            if text.startswith(verb) and (noun := text.removeprefix(verb).removeprefix(GAP)):
                found.setdefault(noun, {}).setdefault(verb, []).append(term)
    return found


def _last_verb(text: str, verb: str) -> int:
    """Where `verb` stands last, not counting 发展到 and the like; -1 if nowhere."""
    place = text.rfind(verb)
    return -1 if place >= 0 and text[place + len(verb) :].startswith(words()["change_to"]) else place
