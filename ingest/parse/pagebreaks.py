"""What print puts between the rows of a table that runs over several pages: running heads, 续表, the head again.

    26902
    438
    广西统计年鉴2018
    续表  continued
    指　标
    2016
    2017

Belongs here: telling such lines from the table's own. Does not belong here: finding tables (`texttables`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.vocabulary import words

PAGE_NUMBER = re.compile(r"^\d{1,4}$")
SET_OFF_NUMBER = re.compile(r"^[—–\-·•]+\s*\d{1,4}\s*[—–\-·•]+$")
LATIN_LINE = re.compile(r"^[A-Za-z][A-Za-z .,'’&()\-\d]*$")
LONGEST_RUNNING_HEAD = 24
LEAST_REPEATED = 3


@lru_cache(maxsize=4096)
def is_running_head(text: str) -> bool:
    """A line that print sets between two pages: the title of the volume, 续表, or a page number between dashes."""
    plain = re.sub(r"\s", "", text)
    if SET_OFF_NUMBER.match(plain):
        return True
    return len(plain) <= LONGEST_RUNNING_HEAD and any(word in plain for word in words()["running_head"])


def page_breaks(texts: Sequence[str], head: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of lines between the rows of a table that are a page break, as (first, end) indexes.

    Each holds a running head, or the beginning of `head` once more, and the translations and the page number that
    stand with them. A number before it may be a value of the row above, and is not taken in.
    """
    breaks: list[tuple[int, int]] = []
    index = 0
    while index < len(texts):
        end = _end_of_break(texts, index, head)
        if end > index:
            breaks.append((index, end))
        index = max(end, index + 1)
    return breaks


def _end_of_break(texts: Sequence[str], start: int, head: Sequence[str]) -> int:
    """Where the page break that begins at `start` ends; `start` itself where none begins there."""
    end = start
    while end < len(texts):
        repeated = repeated_head(texts, end, head)
        is_inside = end > start and bool(PAGE_NUMBER.match(texts[end]) or LATIN_LINE.match(texts[end]))
        if not (repeated or is_running_head(texts[end]) or is_inside):
            break
        end += max(repeated, 1)
        if repeated:
            break
    return end


def repeated_head(texts: Sequence[str], start: int, head: Sequence[str]) -> int:
    """How many lines at `start` are the beginning of the head again; none where they are too few to tell."""
    count = 0
    while count < len(head) and start + count < len(texts) and texts[start + count] == head[count]:
        count += 1
    return count if count >= min(LEAST_REPEATED, len(head)) else 0
