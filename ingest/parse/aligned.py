"""Header lines of print that keeps its columns by blanks alone: the heads below each other are one head.

    年  份    工会基层    会员人数
              组织数
              (万个)      (万人)

Belongs here: which heads stand below each other, by the width of what is printed before them. Does not belong
here: finding tables (`texttables`), or headers whose place is lost (`headers`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

NEAR = 6


class Head(NamedTuple):
    """A stretch of a header line between two places of the print, in half-width characters."""

    text: str
    left: int
    right: int


def printed_width(text: str) -> int:
    """How many half-width characters wide a text is printed."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def columns_of(lines: Sequence[Sequence[Head]], width: int) -> list[list[tuple[int, int]]] | None:
    """Per column the heads that stand below each other, as (line, index); None when a head stands over several.

    One of the lines must have a head for each of the `width` columns.
    """
    base = next((line for line in lines if len(line) == width), None)
    if base is None:
        return None
    found: list[list[tuple[int, int]]] = [[] for _ in range(width)]
    for number, line in enumerate(lines):
        for index, head in enumerate(line):
            column = index if line is base else _column(head, base)
            if column is None:
                return None
            found[column].append((number, index))
    return found


def _column(head: Head, base: Sequence[Head]) -> int | None:
    """The one column whose head in the full line stands above or below this one, or else nearest to it."""
    over = [index for index, other in enumerate(base) if head.left < other.right and other.left < head.right]
    if over:
        return over[0] if len(over) == 1 else None
    gaps = [max(other.left - head.right, head.left - other.right) for other in base]
    nearest = min(gaps)
    return gaps.index(nearest) if nearest <= NEAR and gaps.count(nearest) == 1 else None
