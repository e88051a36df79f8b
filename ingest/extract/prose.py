"""Running text to readings: sentence by sentence, quantity by quantity.

Belongs here: cutting a page into sentences and bringing together what the other modules read. A reading has
view offsets; `ingest.extract.page` turns readings into claims.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from ingest.extract.attribution import attribute
from ingest.extract.continuation import complete
from ingest.extract.labels import LabelledText, label_index, with_synonyms
from ingest.extract.quantities import Quantity, find_quantities
from ingest.extract.sentence import Match, Sentence
from ingest.vocabulary import words

SENTENCE = re.compile(
    r"(?m:^[ •●■◆]*[【〖〔\[][^】〗〕\]\n]{1,40}[】〗〕\]])|(?m:^ *[^\s,。;:!?\d]{2,14} {2,})|[^。!?\n]+[。!?]*"
)
LIST_ITEM = re.compile(r"\s*(?:\(?[一二三四五六七八九十\d]{1,3}[).、]|[-—●•■◆])")
LONGEST_SENTENCE = 2000
ROUND_THOUSANDS = 1000
SCALES = "万亿"
AROUND = 40
EARLIER = 8
BEFORE = 120


class Reading(NamedTuple):
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


class Stretches:
    """Stretches of a text, in order and without overlap; `place in stretches` is a binary search."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, place: int) -> bool:
        index = bisect_right(self._starts, place) - 1
        return index >= 0 and place < self._ends[index]


def read_prose(
    view: str, headings: list[tuple[int, str]], skip: list[tuple[int, int]]
) -> tuple[list[Reading], list[Damage]]:
    """All readings of the view outside the `skip` stretches (repeated text, tables).

    `headings` are (start, heading) in order; a sentence stands under the last one before it. The items of a list
    belong to the paragraph of the line that announces them (到2027年底:).
    """
    quantities, damaged = find_quantities(view)
    skipped = Stretches(skip)
    quantities = [item for item in quantities if item.start not in skipped and not _is_identifier(item, view)]
    starts = [item.start for item in quantities]
    plain = with_synonyms(view)
    labelled: LabelledText | None = None
    readings: list[Reading] = []
    before_start, paragraph, last_end = 0, 0, 0
    list_head: int | None = None
    whole: tuple[Match, Quantity] | None = None
    earlier: tuple[tuple[Match, Quantity], ...] = ()
    for start, end in sentences(view):
        if "\n" in view[last_end:start]:
            list_head = list_head if LIST_ITEM.match(view, start) else None
            before_start, whole, earlier, labelled = start, None, (), None
            paragraph = start if list_head is None else list_head
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        if first < last:
            labelled = labelled or label_index().read(plain, start, _line_end(plain, end))
            sentence = Sentence(
                text=view[start:end],
                start=start,
                end=end,
                heading=_heading_at(headings, start),
                before=view[before_start:last_end],
                quantities=quantities[first:last],
                occurrences=labelled.between(start, end),
                whole=whole,
                earlier=earlier,
            )
            found = _read(sentence, paragraph, view)
            whole = _whole_of(found) or whole
            earlier = (*earlier, *((item.match, item.quantity) for item in found if item.match))[-EARLIER:]
            readings += found
        if view[start:end].rstrip().endswith(":"):
            list_head = paragraph
        before_start, last_end = max(start, end - BEFORE), end
    damages = [Damage(a, b, _around(view, a, b)) for a, b in damaged if a not in skipped]
    return readings, damages


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return end if end >= 0 else len(text)


def sentences(view: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence; an endless one is cut, so that cost stays linear."""
    for match in SENTENCE.finditer(view):
        for start in range(match.start(), match.end(), LONGEST_SENTENCE):
            yield start, min(start + LONGEST_SENTENCE, match.end())


def _whole_of(readings: list[Reading]) -> tuple[Match, Quantity] | None:
    """The last figure of a sentence that is no part itself, of which the next sentence may tell parts (其中)."""
    for item in reversed(readings):
        if item.match and not item.match.rule.startswith("part_of"):
            return item.match, item.quantity
    return None


def _read(sentence: Sentence, paragraph: int, view: str) -> list[Reading]:
    found = []
    previous_end = sentence.start
    matches = complete(sentence, attribute(sentence, view), view)
    for quantity, match in zip(sentence.quantities, matches, strict=True):
        if quantity.unit is not None or match is not None or quantity.value is None or _is_large(quantity, view):
            found.append(Reading(quantity, match, sentence, paragraph, previous_end))
            previous_end = quantity.end
    return found


def _is_large(quantity: Quantity, view: str) -> bool:
    """3000, or 13.75万: a bare number that is large is no number of a list."""
    return quantity.numeral.ulp >= ROUND_THOUSANDS or view[quantity.end - 1] in SCALES


def _is_identifier(quantity: Quantity, view: str) -> bool:
    """A bare number with a word behind it names something (12351职工热线) and counts nothing."""
    following = view[quantity.end : quantity.end + 4]
    if quantity.unit is not None or quantity.numeral.is_rounded or not following:
        return False
    return "\u4e00" <= following[0] <= "\u9fff" and not following.startswith(words()["predicate"])


def _heading_at(headings: list[tuple[int, str]], place: int) -> str:
    index = bisect_right(headings, place, key=itemgetter(0)) - 1
    return headings[index][1] if index >= 0 else ""


def _around(view: str, start: int, end: int) -> str:
    return view[max(0, start - AROUND) : end + AROUND].replace("\n", " ")
