"""A printed table as a grid, and what heads its rows and columns.

Belongs here: the hierarchy of heads (sections, parts under their wholes, spans). Does not belong here: what a
head means (`ingest.extract.tables`), or finding tables (`ingest.parse`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.extract.labels import table_terms
from ingest.extract.view import translation
from ingest.records import Cell, Table
from ingest.vocabulary import begins_part, breakdown_words, unit_named, without_of_which, words
from ingest.vocabulary.heads import (
    category_of,
    is_row_of_years,
    is_stub_head,
    is_year_head,
    numbers_columns,
    without_year,
)

VALUE = re.compile(
    r"^[*#]?\s*(?P<digits>-?(?:\d{1,3}(?: \d{3})+|\d[\d,]*)(?:\.\d+)?)\s*(?P<scale>[万亿千百]*)"
    r"(?P<unit>人次|人|个|户|家|元|%|件|份|名)?\s*[①-⑳]?$"
)
YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d{2})(?:\s*年|(?!\d|\.\d|[人个户家万元名]))")
BRACKETED = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
NUMBERINGS = (
    re.compile(r"^[一二三四五六七八九十]+[、.]"),
    re.compile(r"^\([一二三四五六七八九十]+\)"),
    re.compile(r"^\d{1,2}[.、]"),
    re.compile(r"^\(\d{1,2}\)"),
    re.compile(r"^[①-⑳]"),
)
UNNUMBERED = len(NUMBERINGS)
NOTE_MARK = re.compile(
    r"(?<=[\u4e00-\u9fff)\d])\s*[①-⑳¹²³⁴-⁹]+|(?<=[\u4e00-\u9fff)])\s*(?:[\[〔]注?\d{1,2}[\]〕]|\(?注\d{0,2}\)|\d{1,2}\)$)"
)
SPELT_YEAR = re.compile(r"^[一二][八九〇零][一二三四五六七八九〇零]{2}(?=年)")
YEAR_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z][A-Za-z .,'&/\-]*")
BEFORE = " | "


@dataclass(frozen=True, slots=True)
class Header:
    """A row's or column's header: its own text, the text above it in the hierarchy, and the printed text."""

    text: str
    parents: tuple[str, ...] = ()
    before: str = ""

    @property
    def path(self) -> str:
        """The whole hierarchy as printed, outermost first."""
        return " / ".join((*self.parents, self.text))


class Grid:
    """A table as a grid: every place that a spanning cell covers holds that cell."""

    def __init__(self, table: Table) -> None:
        self.at: dict[tuple[int, int], Cell] = {}
        for cell in table.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.col, cell.col + cell.col_span):
                    self.at.setdefault((row, column), cell)
        self.rows = max((row for row, _ in self.at), default=-1) + 1
        self.columns = max((column for _, column in self.at), default=-1) + 1
        self._drop_numbered_columns()
        self.head_rows = self._head_rows()
        self.caption_rows = frozenset(row for row in range(self.head_rows) if self._is_caption(row))
        self.stub_columns = self._stub_columns()
        self.unit_columns = frozenset(column for column in self.stub_columns if _is_unit_column(self, column))

    def text(self, row: int, column: int) -> str:
        """The clean text at a place; empty where the grid has a hole."""
        cell = self.at.get((row, column))
        return clean(cell.text) if cell else ""

    def _drop_numbered_columns(self) -> None:
        """Empty the rows that only number the columns (甲 乙 1 2 3), which hold no values."""
        for row in range(self.rows):
            if numbers_columns([self.text(row, column) for column in range(self.columns)]):
                for column in range(self.columns):
                    self.at.pop((row, column), None)

    def _head_rows(self) -> int:
        """Rows before the first one that holds a value under a label, without the sections that open the body."""
        first = next((row for row in range(self.rows) if self._is_value_row(row)), self.rows)
        row = first
        while row > 1 and self._opens_section(row - 1):
            row -= 1
        return row if row and any(self._is_stub_row(above) for above in range(row)) else first

    def _is_value_row(self, row: int) -> bool:
        texts = [self.text(row, column) for column in range(self.columns)]
        numbers = [text for text in texts[1:] if VALUE.match(text)]
        years = [int(year[1]) for text in numbers if (year := YEAR.fullmatch(text))]
        is_value = len(years) < len(numbers) or not is_row_of_years(label_core(texts[0]), years)
        return is_value and not _is_year_row(texts)

    def _opens_section(self, row: int) -> bool:
        """A label alone in its row, below the head."""
        own = self.at.get((row, 0))
        others = (self.at.get((row, column)) for column in range(1, self.columns))
        is_alone = all(cell is None or cell is own or _is_void(cell.text) for cell in others)
        return is_alone and own is not None and own.row == row and not self._is_stub_row(row)

    def _is_stub_row(self, row: int) -> bool:
        return is_stub_head(label_core(self.text(row, 0)))

    def _is_caption(self, row: int) -> bool:
        """One cell over the whole width: a title printed inside the table, the unit, or a translation."""
        cells = {
            id(cell) for column in range(self.columns) if (cell := self.at.get((row, column))) and cell.text.strip()
        }
        widest = max(
            (cell.col_span for column in range(self.columns) if (cell := self.at.get((row, column)))), default=0
        )
        return len(cells) == 1 and widest == self.columns > 1

    def _stub_columns(self) -> list[int]:
        """Columns that hold labels, years, units or serial numbers instead of values."""
        stubs: list[int] = []
        for column in range(self.columns):
            body = [self.text(row, column) for row in range(self.head_rows, self.rows)]
            filled = [text for text in body if text]
            heads = {self.text(row, column).lower() for row in range(self.head_rows)}
            is_serial = not heads.isdisjoint(words()["table_serial_head"])
            if filled and (is_serial or self._holds_labels(filled) or self._holds_years(column, filled, heads)):
                stubs.append(column)
        return stubs or [0]

    def _holds_labels(self, filled: list[str]) -> bool:
        numbers = sum(bool(VALUE.match(text)) for text in filled)
        told = sum(not _is_void(text) for text in filled)
        return numbers * 2 < told

    def _holds_years(self, column: int, filled: list[str], heads: set[str]) -> bool:
        """The first column, or one that a head of labels (年份) stands above."""
        is_first = column == 0 or any(is_stub_head(label_core(head)) for head in heads)
        return is_first and all(YEAR.fullmatch(text) for text in filled)


def _is_void(text: str) -> bool:
    return not re.search(r"[\u4e00-\u9fffA-Za-z\d]", text)


def _is_year_row(texts: list[str]) -> bool:
    years = [YEAR.fullmatch(text) for text in texts[1:] if text]
    told = [int(year[1]) for year in years if year]
    return bool(texts) and all(years) and is_row_of_years(label_core(texts[0]), told)


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """Header or cell text in simplified half-width form without note marks and blanks between characters."""
    plain = NOTE_MARK.sub("", text.translate(translation())).strip()
    plain = SPELT_YEAR.sub(lambda year: year[0].translate(YEAR_DIGITS), plain)
    return re.sub(r"(?<=[\u4e00-\u9fff#:)(]) +(?=[\u4e00-\u9fff(#)])", "", re.sub(r"\s+", " ", plain))


def row_headers(grid: Grid) -> dict[int, Header]:
    """A header per data row; #, 其中 and indented rows take the row before them as parent."""
    reader = _RowReader()
    return {row: reader.read(grid, row) for row in range(grid.head_rows, grid.rows)}


class _RowReader:
    """Reads the row headers of a grid from top to bottom: sections by their numbering, parts under their wholes."""

    def __init__(self) -> None:
        self.sections: list[tuple[int, str]] = []
        self.whole = ""
        self.parts: list[str] = []
        self.is_whole_empty = False
        self.before = ""

    def read(self, grid: Grid, row: int) -> Header:
        """The header of the next row."""
        above, text = _row_text(grid, row)
        if above and above not in self._section_texts():
            self._open(above, UNNUMBERED)
        if not _has_values(grid, row):
            self._read_without_values(text, has_unit=bool(unit_of_row(grid, row) or _prints_unit(text)))
            return Header(text)
        if self._continues_whole(text):
            header = Header(text, self._parents_of_part(text), self.before)
        else:
            self._begin_whole(text)
            header = Header(text, self._section_texts(), self.before)
        self.before = f"{self.before.rpartition(BEFORE)[2]}{BEFORE}{text}"
        return header

    def _read_without_values(self, text: str, *, has_unit: bool) -> None:
        """A row without values heads the rows below it, unless it only lacks what it counts: a part, or a unit."""
        is_empty_part = begins_part(text) or (only_breakdown(text) and (has_unit or _names_sex(text)))
        if not label_core(text) or (is_empty_part and _rank(text) == UNNUMBERED):
            return
        if has_unit and _rank(text) == UNNUMBERED:
            self._begin_whole(text)
            self.is_whole_empty = True
        else:
            self._open(text, _rank(text))

    def _section_texts(self) -> tuple[str, ...]:
        return tuple(strip_numbering(text) for _, text in self.sections)

    def _open(self, text: str, rank: int) -> None:
        """A row without values heads the rows below it, inside the sections of a higher rank."""
        self.sections = [*(item for item in self.sections if item[0] < rank), (rank, text)]
        self.whole, self.parts = "", []

    def _begin_whole(self, text: str) -> None:
        """A numbered row with values ends the sections of its rank; one of another body's figures heads those below."""
        rank = _rank(text)
        if rank < UNNUMBERED:
            self.sections = [item for item in self.sections if item[0] < rank]
            if names_other_body(text):
                self.sections.append((rank, text))
        self.whole, self.parts, self.is_whole_empty = text, [], False

    def _continues_whole(self, text: str) -> bool:
        """The row is a part of the whole above it; a bare category (社会团体) only behind other parts."""
        core = label_core(text)
        is_bare = not begins_part(text) and category_of(core) is not None
        return bool(core) and _is_part(text) and (bool(self.parts) or self.is_whole_empty or not is_bare)

    def _parents_of_part(self, text: str) -> tuple[str, ...]:
        """The sections and the whole above a part; the same part a second time is one of the part before it."""
        core = label_core(text)
        parents = [*self._section_texts(), self.whole]
        if core in self.parts:
            parents.append(self.parts[-1])
        elif core not in self.parts:
            self.parts.append(core)
        return tuple(parent for parent in parents if parent)


def _prints_unit(text: str) -> bool:
    return any(unit_named(inner.removeprefix("单位:")) for inner in BRACKETED.findall(text))


def _names_sex(text: str) -> bool:
    """The label of a row or column that counts women or men."""
    core = label_core(text)
    return any(item.dimension == "sex" and item.word in core for item in breakdown_words())


def _rank(text: str) -> int:
    """How high a section stands, by its numbering: 一、 above (一) above 1. above none."""
    return next((rank for rank, mark in enumerate(NUMBERINGS) if mark.match(text)), UNNUMBERED)


def names_other_body(text: str) -> bool:
    """The text names a body whose figures stand in the same table as the union's, such as 妇联."""
    return any(word in text for word in words()["other_body"])


def _row_text(grid: Grid, row: int) -> tuple[str, str]:
    """What heads a row: a head that spans several rows (工会 beside all its rows), and the text of the row itself."""
    above, own = "", []
    for column in grid.stub_columns:
        head = grid.text(row, column)
        if (
            column in grid.unit_columns
            or _is_void(head)
            or (head.isdigit() and not YEAR.fullmatch(head))
            or head in own
        ):
            continue
        if grid.at[row, column].row_span > 1 and column < grid.stub_columns[-1]:
            above = head
        else:
            own.append(head)
    return (above, " ".join(own)) if own else ("", above)


def _has_values(grid: Grid, row: int) -> bool:
    texts = (grid.text(row, column) for column in range(grid.columns) if column not in grid.stub_columns)
    return any(text for text in texts)


def _is_unit_column(grid: Grid, column: int) -> bool:
    """A column headed 单位 that holds measure words and no names, or one that holds nothing but measure words."""
    body = [text for row in range(grid.head_rows, grid.rows) if (text := grid.text(row, column))]
    named = [bool(unit_named(text)) for text in body]
    is_headed = any(grid.text(row, column).lower() in words()["table_unit_head"] for row in range(grid.head_rows))
    if is_headed:
        return any(named) or not any(map(CHINESE.search, body))
    return bool(body) and all(named)


def unit_of_row(grid: Grid, row: int) -> str:
    """The measure word that a row prints in the column of units; empty where there is none."""
    for column in grid.stub_columns:
        if column in grid.unit_columns:
            return grid.text(row, column)
    return ""


def column_headers(grid: Grid) -> dict[int, Header]:
    """A header per column; a level that opens with # or 其中 takes the column before it as parent."""
    headers: dict[int, Header] = {}
    whole: tuple[str, ...] = ()
    before = ""
    for column in range(grid.columns):
        header = _column_header(grid, column)
        if column not in grid.stub_columns and header.text:
            timeless = without_years(header)
            if _is_part(timeless.text):
                levels = _under_whole((*header.parents, header.text), timeless, whole)
                header = Header(levels[-1], levels[:-1], before)
            else:
                whole = (*timeless.parents, timeless.text)
                header = Header(header.text, header.parents, before)
            before = header.text
        headers[column] = header
    return headers


def _is_part(level: str) -> bool:
    return begins_part(level) or only_breakdown(level)


def _under_whole(levels: tuple[str, ...], timeless: Header, whole: tuple[str, ...]) -> tuple[str, ...]:
    """The levels of a part below those of the whole before it, if the heads above the part are the whole's too."""
    part, above = levels.index(timeless.text), timeless.parents
    return (*whole, *levels[part:]) if whole[: len(above)] == above else levels


def _column_header(grid: Grid, column: int) -> Header:
    texts = [_spanning_text(grid, row, column) for row in range(grid.head_rows) if row not in grid.caption_rows]
    path = [text for text in dict.fromkeys(texts) if text]
    chinese = [text for text in path if CHINESE.search(text) or YEAR.search(text)]
    path = chinese or path
    return Header(path[-1] if path else "", tuple(path[:-1]))


def _spanning_text(grid: Grid, row: int, column: int) -> str:
    """A header's text; an empty place above another header takes the text to its left (a span lost in print)."""
    own = grid.text(row, column)
    has_below = any(grid.text(below, column) for below in range(row + 1, grid.head_rows))
    if own or column in grid.stub_columns or not has_below:
        return own
    left = column
    while left - 1 not in grid.stub_columns and left > 0:
        left -= 1
        if grid.text(row, left):
            return "" if _is_bounded(grid, row, left, column) else grid.text(row, left)
    return own


def _is_bounded(grid: Grid, row: int, left: int, column: int) -> bool:
    """Two heads in the line above part the two columns, so that no head below them stands over both."""
    above = grid.text(row - 1, column) if row else ""
    return bool(above) and above != grid.text(row - 1, left)


def strip_numbering(text: str) -> str:
    """A label without 一、 or (1) before it."""
    rank = _rank(text)
    return text if rank == UNNUMBERED else NUMBERINGS[rank].sub("", text).strip()


def label_core(text: str) -> str:
    """A header without numbering, brackets, marks, Latin translation, blanks, and 上年 and the like before a noun."""
    return without_year(plain_core(text))


@lru_cache(maxsize=16384)
def plain_core(text: str) -> str:
    """A header without numbering, brackets, marks, Latin translation and blanks."""
    core = without_of_which(LATIN.sub("", BRACKETED.sub("", strip_numbering(text))))
    return core.strip("#:*- 、").replace(" ", "").replace(":", "")


def _plain(text: str) -> str:
    """A header without its translation, blanks, and brackets around all of it."""
    return LATIN.sub("", text).replace(" ", "").strip("()")


@lru_cache(maxsize=16384)
def only_breakdown(text: str) -> bool:
    """A part's label that names nothing but a breakdown value, such as 其中:女性."""
    core = label_core(text)
    if (
        core in _plain_labels() or core.endswith((*words()["contract_noun"], *words()["whole_noun"]))
    ) and not begins_part(text):
        return False
    if category_of(core) is not None:
        return True
    rest = core
    for item in breakdown_words():
        rest = rest.replace(item.word, "")
    named_any = rest != core
    for word in words()["part_noun"]:
        rest = rest.replace(word, "")
    return named_any and not rest


@lru_cache(maxsize=1)
def _plain_labels() -> frozenset[str]:
    """Labels that name a metric and no part of it, such as 集体合同, whose words would announce one."""
    parts = {item.word for item in breakdown_words()}
    plain = (term for term in table_terms() if term.codes and not term.label.breakdown and not term.fixed_breakdown)
    return frozenset(term.label.text for term in plain) - parts


def without_years(header: Header) -> Header:
    """A header without the levels that only name a year."""
    told = (*header.parents, header.text)
    levels = [text for text in told if not is_year_head(_plain(text)) and (label_core(text) or not header.parents)]
    return Header(levels[-1], tuple(levels[:-1]), header.before) if levels else Header("")


def blocks(table: Table) -> list[Table]:
    """The tables that one printed table holds: panels side by side, and blocks with heads of their own.

    A head that is repeated word for word (续表) is left out, so that the rows go on under the first one.
    """
    grid = Grid(table)
    first = _stub_place(grid)
    if first is None:
        return [table]
    rows, dropped = _block_starts(grid, first)
    columns = _panel_starts(grid, first)
    spans = [
        (top, bottom, left, right)
        for top, bottom in zip(rows, [*rows[1:], grid.rows], strict=True)
        for left, right in zip(columns, [*columns[1:], grid.columns], strict=True)
    ]
    return [_cut(table, span, dropped) for span in spans] if len(spans) > 1 or dropped else [table]


def _block_starts(grid: Grid, first: int) -> tuple[list[int], set[int]]:
    """Rows where a head begins, and the rows of heads that only repeat the first one, which begins in `first`."""
    starts, dropped = [0], set[int]()
    depth = grid.head_rows - first
    for row in range(grid.head_rows, grid.rows):
        if row in dropped or not _repeats_stub(grid, row, first):
            continue
        if all(_row_texts(grid, row + line) == _row_texts(grid, first + line) for line in range(depth)):
            dropped |= set(range(row, row + depth))
        else:
            starts.append(row)
    return starts, dropped


def _repeats_stub(grid: Grid, row: int, first: int) -> bool:
    """The head of the labels stands here again, with other heads and no value beside it."""
    cell = grid.at.get((row, 0))
    is_here = cell is not None and cell.row == row and clean(cell.text) == grid.text(first, 0)
    return is_here and not any(VALUE.match(text) and not YEAR.fullmatch(text) for text in _row_texts(grid, row))


def _panel_starts(grid: Grid, first: int) -> list[int]:
    """Columns where the head of the labels stands, at first or again."""
    again = (column for column in range(1, grid.columns) if grid.text(first, column) == grid.text(first, 0))
    return [0, *(column for column in again if grid.at[first, column].col == column)]


def _stub_place(grid: Grid) -> int | None:
    """The row of the head above the labels (地区, 指标); None when the first column has none."""
    rows = (row for row in range(grid.head_rows) if row not in grid.caption_rows)
    return next((row for row in rows if is_stub_head(label_core(grid.text(row, 0)))), None)


def _row_texts(grid: Grid, row: int) -> list[str]:
    return [grid.text(row, column) for column in range(grid.columns)]


def _cut(table: Table, span: tuple[int, int, int, int], dropped: set[int]) -> Table:
    """The cells of a table between two rows and two columns, moved to the left edge."""
    top, bottom, left, right = span
    cells = []
    for cell in table.cells:
        first, last = max(cell.col, left), min(cell.col + cell.col_span, right)
        if first < last and top <= cell.row < bottom and cell.row not in dropped:
            cells.append(replace(cell, col=first - left, col_span=last - first))
    return replace(table, cells=tuple(cells))
