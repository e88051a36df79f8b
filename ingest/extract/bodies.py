"""Whose figures a stretch of a page gives: the union's, or those of another body printed beside it.

Pages on mass organisations tell of the union, the women's federation and the youth league one after the
other. Only what is said of the union is mapped to metrics; the rest stays unmapped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from ingest.extract.lexicon import alternation, any_of, holds_any
from ingest.extract.prose import Reading
from ingest.records import Page
from ingest.vocabulary import words

SHORT_LINE = re.compile(r"(?m)^[^\n,。;:!?]{2,24}$")
LONGEST_LOOK = 2000


class Bodies:
    """The headings of a page that name a body, in order.

    A report on everything (国民经济和社会发展统计公报) tells of the union only where it names it.
    """

    def __init__(self, text: str, page: Page) -> None:
        self.page_is_union = any(word in text or word in page.title for word in words()["union_matter"])
        page_is_other = _names_other(page.title) and not _names_union(page.title)
        marks = [(0, page_is_other)]
        for start, heading in _headings(text, page):
            if _names_union(heading):
                marks.append((start, False))
            elif _names_other(heading):
                marks.append((start, True))
        self._text = text
        self._names_union_rarely = holds_any(page.title, words()["general_title"]) and not _names_union(page.title)
        self._starts = [start for start, _ in marks]
        self._is_other = [is_other for _, is_other in marks]

    def speaks_of_union(self, reading: Reading) -> bool:
        """True unless the page never names the union, or the stretch is under another body's heading."""
        if not self.page_is_union:
            return False
        if self._names_union_rarely and not self._paragraph_tells_of_union(reading):
            return False
        if _is_said_of_other(reading):
            return False
        index = bisect_right(self._starts, reading.quantity.start) - 1
        return not self._is_other[index] or _names_union(reading.sentence.text)

    def _paragraph_tells_of_union(self, reading: Reading) -> bool:
        start = max(reading.paragraph_start, reading.sentence.end - LONGEST_LOOK)
        return holds_any(self._text[start : reading.sentence.end], words()["union_matter"])


def _is_said_of_other(reading: Reading) -> bool:
    """县妇联办培训2300人次: another body opens the clause, or one before it, and the union is not named since."""
    told = reading.sentence.text[: reading.quantity.start - reading.sentence.start]
    openings = [opening.start() for opening in _other_opening().finditer(told)]
    return bool(openings) and not _names_union(told[openings[-1] :])


@lru_cache(maxsize=1)
def _other_opening() -> re.Pattern[str]:
    """Another body first thing in a clause; 与妇联 and 妇联、工会 do something together with the union."""
    bodies = alternation(words()["other_body"])
    return re.compile(
        rf"(?:^|[,;。:\n])[^,;。:\d与和同、联]{{0,4}}?(?:{bodies})(?![^,;]{{0,12}}(?:[、和与及]|联合|会同))"
    )


def _headings(text: str, page: Page) -> list[tuple[int, str]]:
    lines = [(match.start(), match[0]) for match in SHORT_LINE.finditer(text)]
    return sorted([*lines, *((section.char_start, section.heading) for section in page.sections)])


def _names_union(text: str) -> bool:
    return holds_any(text, words()["union_body"])


def _names_other(text: str) -> bool:
    return any_of("other_body").search(text) is not None
