"""Running text to readings: sentence by sentence, quantity by quantity.

Belongs here: cutting a page into sentences and bringing together what the other modules read. A reading has
view offsets; `ingest.extract.page` turns readings into claims.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.extract.attribution import Match, Sentence, attribute
from ingest.extract.labels import Occurrence, label_index
from ingest.extract.quantities import Quantity, find_quantities
from ingest.vocabulary import words

SENTENCE = re.compile(r"(?m:^[ •●■◆]*[【〖〔\[][^】〗〕\]\n]{1,40}[】〗〕\]])|[^。!?\n]+[。!?]*")
LONGEST_SENTENCE = 2000


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity of the view with what it counts."""

    quantity: Quantity
    match: Match | None
    sentence: Sentence
    paragraph_start: int
    previous_end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A number with a destroyed digit: it yields no claim, but is said so."""

    start: int
    end: int
    sentence: str


def read_prose(
    view: str, headings: list[tuple[int, str]], skip: list[tuple[int, int]]
) -> tuple[list[Reading], list[Damage]]:
    """All readings of the view outside the `skip` stretches (repeated text, tables).

    `headings` are (start, heading) in order; a sentence stands under the last one before it.
    """
    quantities, damaged = find_quantities(view)
    quantities = [item for item in quantities if not _inside(item.start, skip) and not _is_identifier(item, view)]
    starts = [item.start for item in quantities]
    occurrences = label_index().find(view) if quantities else []
    label_starts = [item.start for item in occurrences]
    readings: list[Reading] = []
    before, last_paragraph = "", -1
    for start, end in sentences(view):
        inside = quantities[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        paragraph = view.rfind("\n", 0, start) + 1
        if paragraph != last_paragraph:
            before, last_paragraph = "", paragraph
        if inside:
            labels = occurrences[bisect_right(label_starts, start - 1) : bisect_right(label_starts, end - 1)]
            sentence = Sentence(view[start:end], start, end, _heading_at(headings, start), before, inside, labels)
            readings += _read(sentence, paragraph, view)
        before = view[start:end][-120:]
    damages = [Damage(a, b, _around(view, a, b)) for a, b in damaged if not _inside(a, skip)]
    return readings, damages


def sentences(view: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence; an endless one is cut, so that cost stays linear."""
    for match in SENTENCE.finditer(view):
        for start in range(match.start(), match.end(), LONGEST_SENTENCE):
            yield start, min(start + LONGEST_SENTENCE, match.end())


def _read(sentence: Sentence, paragraph: int, view: str) -> Iterator[Reading]:
    sentence.occurrences = [item for item in sentence.occurrences if _fits(item, sentence)]
    previous_end = sentence.start
    for quantity, match in zip(sentence.quantities, attribute(sentence, view), strict=True):
        if quantity.unit is not None or match is not None or quantity.value is None or quantity.numeral.ulp >= 1000:
            yield Reading(quantity, match, sentence, paragraph, previous_end)
            previous_end = quantity.end


def _is_identifier(quantity: Quantity, view: str) -> bool:
    """A bare number with a word behind it names something (12351职工热线) and counts nothing."""
    following = view[quantity.end : quantity.end + 4]
    if quantity.unit is not None or quantity.numeral.is_rounded or not following:
        return False
    return "\u4e00" <= following[0] <= "\u9fff" and not following.startswith(words()["predicate"])


def _fits(item: Occurrence, sentence: Sentence) -> bool:
    return item.end <= sentence.end


def _heading_at(headings: list[tuple[int, str]], place: int) -> str:
    index = bisect_right([start for start, _ in headings], place) - 1
    return headings[index][1] if index >= 0 else ""


def _inside(place: int, stretches: list[tuple[int, int]]) -> bool:
    index = bisect_right([start for start, _ in stretches], place) - 1
    return index >= 0 and place < stretches[index][1]


def _around(view: str, start: int, end: int) -> str:
    begin = max(view.rfind(mark, 0, start) for mark in "。\n") + 1
    stop = min((place for place in (view.find(mark, end) for mark in "。\n") if place >= 0), default=len(view))
    return view[begin:stop]
