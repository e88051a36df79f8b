"""Rows of cells set apart by commas (CSV), as a data portal serves them, made rows set apart by tabs.

Belongs here: telling such rows from prose with commas. Does not belong here: the table they make (`texttables`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

FEWEST_COMMAS = 2
FEWEST_ROWS = 3
FEWEST_VALUE_ROWS = 2
VALUE = re.compile(r"[-−]?\d+(?:\.\d+)?%?|[\d,]{5,}|-+|—+|…+|\*+|")
QUOTED = re.compile(r'"[^"\n]*"')
THOUSANDS = re.compile(r"[^,]*?\d{1,3}(?:,\d{3})+(?!\d)[^,]*")  # 会员 1,234,567
FILLER, KEPT = "\x00", "\x01"  # commas between cells, and those inside quotes


def with_tabs(lines: Sequence[str]) -> list[str]:
    """The lines, with tabs for the commas between cells where several in a row hold as many cells.

    A line keeps its length: quotes around a cell become blanks, commas inside them stay.
    """
    found: list[str] = []
    for count, run in groupby((_split_apart(line) for line in lines), key=lambda line: line.count(FILLER)):
        rows = list(run)
        is_table = count >= FEWEST_COMMAS and len(rows) >= FEWEST_ROWS and _holds_values(rows)
        found += [row.replace(FILLER, "\t" if is_table else ",") for row in rows]
    return [new if "\t" in new and "\t" not in line else line for new, line in zip(found, lines, strict=True)]


def _split_apart(line: str) -> str:
    """The line with a mark for each comma between cells, its quotes blanked out."""
    if "," not in line or "\t" in line:
        return line
    kept = QUOTED.sub(lambda match: f" {match[0][1:-1].replace(',', KEPT)} ", line)
    return kept.replace(",", FILLER).replace(KEPT, ",")


def _holds_values(rows: list[str]) -> bool:
    """At least two rows hold nothing but values behind their first cell, and not all commas part thousands."""
    if all(THOUSANDS.fullmatch(row.replace(FILLER, ",")) for row in rows):
        return False
    return sum(_is_value_row(row) for row in rows) >= FEWEST_VALUE_ROWS


def _is_value_row(row: str) -> bool:
    cells = [cell.strip() for cell in row.split(FILLER)[1:]]
    return all(VALUE.fullmatch(cell) for cell in cells) and sum(any(map(str.isdigit, cell)) for cell in cells) > 1
