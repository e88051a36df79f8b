"""A page's text cut into pieces at the ends of its claims: which characters which claims stand on.

Belongs here: offsets. Does not belong here: HTML (the templates), or what a claim says.

All offsets index the page's whole text, end exclusive. Pieces join to exactly the text they were cut from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """Where a claim stands. `kind` is `mapped` or `unmapped`."""

    claim_id: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text on which the same claims stand. `first_of` names the claims that have no earlier piece."""

    text: str
    claims: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    is_unmapped: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a page."""

    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    pieces: list[Piece]
    row_span: int
    col_span: int
    is_header: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a page, row by row."""

    rows: list[list[Cell]]
    note: str | None


@dataclass(slots=True)
class Section:
    """A section: its number and heading, the number of the section it repeats, and its paragraphs and tables."""

    number: int
    heading: str
    duplicate_of: int | None
    blocks: list[Line | Grid] = field(default_factory=list)
    has_claims: bool = False


class Cutter:
    """Cuts stretches of one text, and remembers which claims were met already."""

    def __init__(self, text: str, spans: Sequence[Span], repeated: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.spans = sorted(spans, key=lambda span: (span.start, -span.end, span.claim_id))
        self.repeated = sorted(repeated)
        self.placed: set[str] = set()

    def cut(self, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end], in order."""
        here = [span for span in self.spans if span.start < end and span.end > start]
        again = [(a, b) for a, b in self.repeated if a < end and b > start]
        edges = {start, end}
        edges.update(edge for span in here for edge in (span.start, span.end) if start < edge < end)
        edges.update(edge for pair in again for edge in pair if start < edge < end)
        ordered = sorted(edges)
        return [self._piece(a, b, here, again) for a, b in pairwise(ordered)]

    def _piece(self, start: int, end: int, here: list[Span], again: list[tuple[int, int]]) -> Piece:
        over = [span for span in here if span.start <= start and span.end >= end]
        claims = tuple(span.claim_id for span in over)
        fresh = tuple(claim for claim in claims if claim not in self.placed)
        self.placed.update(fresh)
        return Piece(
            text=self.text[start:end],
            claims=claims,
            first_of=fresh,
            is_unmapped=bool(over) and all(span.kind == "unmapped" for span in over),
            is_repeated=any(a <= start and b >= end for a, b in again),
        )


def layout(page: Mapping[str, Any], cutter: Cutter) -> list[Section]:
    """A page's sections with their paragraphs and tables, every character of the text in its place.

    A table belongs to the section in which it begins; a section that begins inside a table (a cell taken for a
    heading) goes on after it.
    """
    text_end = len(cutter.text)
    tables = sorted(page["tables"] or (), key=lambda table: int(table["char_start"]))
    sections: list[Section] = []
    starts = _section_starts(page["sections"] or (), text_end)
    position = 0
    for number, (heading, start, end, duplicate_of) in starts:
        section = Section(number, heading, duplicate_of)
        position = max(position, start)
        for table in tables:
            if not start <= table["char_start"] < end or table["char_start"] < position:
                continue
            section.blocks.extend(_lines(cutter, position, table["char_start"]))
            section.blocks.append(_grid(cutter, table))
            position = max(position, int(table["char_end"]))
        if position < end:
            section.blocks.extend(_lines(cutter, position, end))
            position = end
        section.has_claims = any(piece.claims for piece in _pieces(section))
        if section.blocks:
            sections.append(section)
    return sections


def _section_starts(
    found: Sequence[Mapping[str, Any]], text_end: int
) -> Iterator[tuple[int, tuple[str, int, int, int | None]]]:
    """Sections as (number, (heading, start, end, duplicate_of)) that cover the whole text, numbered from 0."""
    ordered = sorted(enumerate(found), key=lambda item: int(item[1]["char_start"]))
    if not ordered or ordered[0][1]["char_start"] > 0:
        first = int(ordered[0][1]["char_start"]) if ordered else text_end
        yield -1, ("", 0, first, None)
    for place, (number, section) in enumerate(ordered):
        following = int(ordered[place + 1][1]["char_start"]) if place + 1 < len(ordered) else text_end
        yield number, (str(section["heading"]), int(section["char_start"]), following, section["duplicate_of"])


def _lines(cutter: Cutter, start: int, end: int) -> Iterator[Line]:
    """The paragraphs of a stretch; empty lines are left out."""
    while start < end:
        line_end = cutter.text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if cutter.text[start:line_end].strip():
            yield Line(cutter.cut(start, line_end))
        start = line_end + 1


def _grid(cutter: Cutter, table: Mapping[str, Any]) -> Grid:
    rows: dict[int, list[tuple[int, Cell]]] = {}
    for cell in table["cells"]:
        made = Cell(
            pieces=cutter.cut(int(cell["char_start"]), int(cell["char_end"])),
            row_span=max(1, int(cell["row_span"])),
            col_span=max(1, int(cell["col_span"])),
            is_header=bool(cell["is_header"]),
        )
        rows.setdefault(int(cell["row"]), []).append((int(cell["col"]), made))
    ordered = [[cell for _, cell in sorted(rows[row], key=lambda item: item[0])] for row in sorted(rows)]
    return Grid(ordered, table["note"])


def _pieces(section: Section) -> Iterator[Piece]:
    for block in section.blocks:
        if isinstance(block, Line):
            yield from block.pieces
        else:
            yield from (piece for row in block.rows for cell in row for piece in cell.pieces)
