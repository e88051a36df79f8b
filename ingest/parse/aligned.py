"""Header lines of print that keeps its columns by blanks alone: the heads below each other are one head.

    年  份    工会基层    会员人数
              组织数
              (万个)      (万人)

Belongs here: which heads stand below each other, by the width of what is printed before them, and in which columns
the values of a row that lacks some stand. Does not belong here: finding tables (`texttables`), or headers whose place
is lost (`headers`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

NEAR = 6
SLACK = 1


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


def places_in_print(rows: Sequence[Sequence[Head]], width: int) -> list[Sequence[int]]:
    """The column of each cell of each row, the first of which is a label.

    A row with fewer cells than the table has columns leaves some blank. Which ones, its place in the print tells when
    the full rows keep to their columns; else its values stand behind the last column, since nothing says what they
    count.
    """
    edges = _edges([row for row in rows if len(row) == width])
    places: list[Sequence[int]] = []
    for row in rows:
        if not 1 < len(row) < width:
            places.append(range(len(row)))
            continue
        told = [_edge_near(cell, edges) for cell in row[1:]]
        is_told = all(told) and all(left < right for left, right in pairwise(told))
        places.append([0, *(told if is_told else range(width, width + len(row) - 1))])
    return places


def _edges(rows: Sequence[Sequence[Head]]) -> list[tuple[int, int]]:
    """From where to where the right edges of each column of values lie; nothing where columns run into each other."""
    columns = [[row[column].right for row in rows] for column in range(1, len(rows[0]))] if rows else []
    edges = [(min(rights) - SLACK, max(rights) + SLACK) for rights in columns]
    return [] if any(left[1] >= right[0] for left, right in pairwise(edges)) else edges


def _edge_near(cell: Head, edges: Sequence[tuple[int, int]]) -> int:
    """The column in whose edges the cell ends; 0 for none."""
    return next((column for column, (first, last) in enumerate(edges, 1) if first <= cell.right <= last), 0)
