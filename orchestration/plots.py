"""Small pictures for people who would rather look than read: bars and heat maps as markdown text.

Belongs here: turning counted rows into markdown that the Dagster UI shows without any image. All labels are
escaped.
"""

import math
from collections.abc import Mapping, Sequence

from orchestration.metadata import escape_cell

BAR_LENGTH = 24
SHADES = " ░▒▓█"


def bars(counts: Mapping[str, int]) -> str:
    """A bar per label, longest first, with its number."""
    largest = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"| {escape_cell(label)} | {count} | {_bar(count, largest)} |" for label, count in ordered]
    return "\n".join(["| | rows | |", "| --- | ---: | --- |", *lines])


def heat_map(counts: Mapping[tuple[str, int], int], rows: Sequence[str], columns: Sequence[int]) -> str:
    """A shaded cell per row label and column; the darkest shade is the largest number of all.

    Shades follow the logarithm, so that one rich page does not bleach all others.
    """
    largest = max(counts.values(), default=0)
    head = "| | " + " | ".join(str(column) for column in columns) + " |"
    rule = "| --- " * (len(columns) + 1) + "|"
    lines = [
        f"| {escape_cell(row)} | "
        + " | ".join(_cell(counts.get((row, column), 0), largest) for column in columns)
        + " |"
        for row in rows
    ]
    return "\n".join([head, rule, *lines])


def _bar(count: int, largest: int) -> str:
    return "█" * max(1, round(BAR_LENGTH * count / largest)) if count else ""


def _cell(count: int, largest: int) -> str:
    if not count:
        return ""
    shade = SHADES[max(1, round((len(SHADES) - 1) * math.log1p(count) / math.log1p(largest)))]
    return f"{shade * 2} {count}"
