"""The vocabulary's words made ready for looking: which of them stand in a text, and where.

Belongs here: search over words of the vocabulary. Does not belong here: what finding one means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ingest.vocabulary import words

JOINING_SIGNS = "、和及与"
ENUMERATORS = frozenset(JOINING_SIGNS)
SERIES_SIGNS = ENUMERATORS | {","}


def alternation(options: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first."""
    return "|".join(re.escape(option) for option in sorted(options, key=len, reverse=True))


@lru_cache(maxsize=64)
def any_of(*kinds: str) -> re.Pattern[str]:
    """Finds any word of these kinds."""
    return re.compile(alternation(dict.fromkeys(word for kind in kinds for word in words()[kind])))


@lru_cache(maxsize=1)
def among() -> re.Pattern[str]:
    """The words behind a whole of which parts or some follow: 新发展会员中,农民工; 86家企业中有52家."""
    return re.compile(rf"(?:{alternation(words()['among'])}),?")


def holds_any(text: str, options: Iterable[str]) -> bool:
    """Whether one of the words stands in the text."""
    for word in options:  # noqa: SIM110  (a generator costs more than the search)
        if word in text:
            return True
    return False


def places_of(word: str, text: str) -> Iterator[int]:
    """Where a word stands in the text, in order; for a rare word many times as fast as a pattern."""
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


def behind_last(text: str, signs: str, start: int, end: int) -> int:
    """The place behind the last of the signs in `text[start:end]`; `start` where none stands there."""
    for sign in signs:
        place = text.rfind(sign, start, end)
        if place >= 0:
            start = place + 1
    return start
