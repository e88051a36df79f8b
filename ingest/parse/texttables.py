"""Tables that reach us as plain text: cells set apart by bars, tabs, commas or wide gaps, or one cell a line.

Belongs here: finding such stretches and rebuilding rows and columns, with offsets into the text. Does not
belong here: what rows and columns mean (`ingest.extract.tables`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise, takewhile

from ingest.parse.aligned import Head, columns_of, places_in_print, printed_width
from ingest.parse.brokenheads import spans_of
from ingest.parse.commas import with_tabs
from ingest.parse.headers import is_part_head, place_heads
from ingest.parse.marks import unmarked
from ingest.parse.pagebreaks import PAGE_NUMBER, is_running_head, page_breaks, repeated_head
from ingest.records import Cell, Table
from ingest.vocabulary import begins_part, labels, units, words
from ingest.vocabulary.heads import is_row_of_years, is_stub_head, is_year_head, numbers_columns

LINE = re.compile(r"(?m)^.*$")
DELIMITERS = (
    re.compile(r"\s*[|｜│┃]\s*"),
    re.compile(r"[ \u3000]*\t[ \u3000]*"),
    re.compile(r"[ \u3000\xa0]{2,}|\u3000(?=[-\d]|$)"),
)
NUMBER_CELL = re.compile(
    r"^[#*＃]?\s*[-−]?(?:\d{1,3}(?: \d{3})+|\d[\d,，]*)(?:\.\d+)?"
    r"\s*(?:[万亿千百]*(?:人次|人|个|户|家|元|%|％|件|份)?)[①-⑳¹²³⁴-⁹]?$"
)
FIGURE = re.compile(r"-?\d[\d,， ]*(?:\.\d+)?")
NO_VALUE = re.compile(r"^(?:-+|—+|…+|\*{2,}|\.{2,}|/|空|#)$")
YEAR_CELL = re.compile(r"^(?:1[89]|20)\d{2}\s*(?:年(?:末|底)?)?$")
NUMBERS_AFTER_LABEL = re.compile(r"^\s*(\D*?[^\d\s,.])\s+([-\d.,*…—]+(?:\s+[-\d.,*…—]+)+)\s*$")
YEAR_AND_NUMBERS = re.compile(r"^\s*((?:1[89]|20)\d{2}\s?年?)\s+([-\d.,*…—]+(?:\s+[-\d.,*…—]+)+)\s*$")
CJK = re.compile(r"[\u4e00-\u9fff]")
UNIT_LINE = re.compile(r"^(?P<open>[(（])?\s*(?:(?:计量)?单位\s*[:：])?\s*(?P<word>[\u4e00-\u9fff%／/]{1,4})\s*[)）]?$")
SECTION_MARK = re.compile(r"^[一二三四五六七八九十]+、")
BRACKETED = re.compile(r"[(（][^()（）]*[)）]|\s")
TRANSLATION = re.compile(r"[A-Za-z][A-Za-z .,'’&/()\-]*")
TABLE_NUMBER = re.compile(r"^(?:附?表|Table)?\s*\d+(?:\s?[-—–－.]\s?\d+)*[:：]?$")
RULE = re.compile(r"^[\s|+\-:=─—_┼┬┴├┤]+$")
BAR_OR_TAB = re.compile(r"[|｜│┃\t]")
BARS = " \t\r\u3000\xa0|｜│┃"
LONGEST_CELL = 42
LONGEST_SECTION_ROW = 16
LONGEST_MARKED_CELL = 90
CAPTION_LINES = 3
MIN_VALUES = 4
MOST_BETWEEN_PAGES = 6
MOST_HEAD_LINES = 60
FEW_ROWS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is one cell; `blanks` is the number of empty lines before it."""

    text: str
    start: int
    end: int
    blanks: int = 0

    @property
    def is_number(self) -> bool:
        """It prints a number, with or without a unit."""
        return bool(NUMBER_CELL.match(self.text))

    @property
    def is_year(self) -> bool:
        """It prints a year."""
        return bool(YEAR_CELL.match(self.text))

    @property
    def is_value(self) -> bool:
        """It stands where a value stands: a number, a mask or a dash."""
        return self.is_number or bool(NO_VALUE.match(self.text))


Row = tuple[list[Piece], list[Piece]]


def find_text_tables(text: str) -> tuple[Table, ...]:
    """All tables that plain text renders, in order. Offsets index `text`."""
    lines = _lines(text)
    tables = list(_delimited(lines))
    starts = [table.char_start for table in tables]
    ends = [table.char_end for table in tables]
    tables += _one_cell_a_line([line for line in lines if not _is_taken(line.start, starts, ends)], starts)
    return tuple(sorted(tables, key=lambda table: table.char_start))


def find_set_tables(text: str, taken: list[tuple[int, int]]) -> list[Table]:
    """Tables set by bars, tabs or wide gaps in the text around stretches that are read otherwise."""
    tables: list[Table] = []
    lines = _lines(text)
    starts, ends = [start for start, _ in taken], [end for _, end in taken]
    for _, run in groupby(
        lines, key=lambda line: (bisect_right(starts, line.start), _is_taken(line.start, starts, ends))
    ):
        free = list(run)
        if not _is_taken(free[0].start, starts, ends):
            tables += _delimited(free)
    return tables


def _lines(text: str) -> list[Piece]:
    """The lines that are not empty, each with the number of empty ones before it."""
    lines: list[Piece] = []
    blanks = 0
    for line in LINE.finditer(text):
        if line[0].strip():
            lines.append(Piece(line[0], line.start(), line.end(), blanks))
        blanks = 0 if line[0].strip() else blanks + 1
    return [replace(line, text=new) for line, new in zip(lines, with_tabs([line.text for line in lines]), strict=True)]


def _is_taken(place: int, starts: list[int], ends: list[int]) -> bool:
    index = bisect_right(starts, place) - 1
    return index >= 0 and place < ends[index]


def _delimited(lines: list[Piece]) -> list[Table]:
    tables: list[Table] = []
    run: list[tuple[int, list[Piece]]] = []
    delimiter: re.Pattern[str] | None = None
    for index, line in enumerate(lines):
        if run and (RULE.match(line.text) or _is_page_break(lines, index, delimiter)):
            continue
        split, used = _split(line, delimiter)
        if len(split) < 2 and not run and index + 1 < len(lines):
            split, used = _split_as_header(line, lines[index + 1])
        if len(split) < 2 and run and not _is_section_row(line, lines[index + 1 : index + 3], delimiter):
            _finish(run, lines, tables)
            run = []
            split, used = _split(line, None)
        if len(split) >= 2:
            delimiter = used
            run.append((index, split))
            continue
        if run and _is_section_row(line, lines[index + 1 : index + 3], delimiter):
            run.append((index, [_without_bars(line)]))
            continue
        _finish(run, lines, tables)
        run, delimiter = [], None
    _finish(run, lines, tables)
    return tables


def _is_page_break(lines: list[Piece], index: int, delimiter: re.Pattern[str] | None) -> bool:
    """One of the lines between two rows of one table where print begins a new page."""
    before = list(takewhile(_is_between_pages, lines[index : max(0, index - MOST_BETWEEN_PAGES) : -1]))
    after = list(takewhile(_is_between_pages, lines[index : index + MOST_BETWEEN_PAGES]))
    following = lines[index + len(after) : index + len(after) + 1]
    is_break = any(is_running_head(line.text) for line in before + after)
    return is_break and any(len(_split(line, delimiter)[0]) > 1 for line in following)


def _is_between_pages(line: Piece) -> bool:
    return bool(PAGE_NUMBER.match(line.text.strip()) or RULE.match(line.text)) or is_running_head(line.text)


def _is_section_row(line: Piece, following: list[Piece], delimiter: re.Pattern[str] | None) -> bool:
    """A short line between rows of figures that heads the rows below it, directly or over one more such line."""
    if delimiter is None or not _is_short_label(line.text):
        return False
    for item in following:
        if _holds_values(_split(item, delimiter)[0]):
            return True
        if not _is_short_label(item.text):
            return False
    return False


def _is_short_label(text: str) -> bool:
    """A line that may be the label of a section; its translation does not count."""
    own = TRANSLATION.sub("", text).strip(BARS).rstrip("：:")
    return len(own) <= LONGEST_SECTION_ROW and not re.search(r"[。;:,；：，|｜│┃\t]", own)


def _without_bars(line: Piece) -> Piece:
    """A line without the bars and blanks around it."""
    content = line.text.strip(BARS)
    start = line.start + line.text.index(content)
    return Piece(content, start, start + len(content), line.blanks)


def _split(line: Piece, preferred: re.Pattern[str] | None) -> tuple[list[Piece], re.Pattern[str] | None]:
    """The cells of a line and the delimiter that cut them; one piece when it is no table row."""
    possible = _possible(line.text)
    if preferred is not None:
        possible = (preferred,) if preferred in possible else ()
    for delimiter in possible:
        pieces = _cut(line, delimiter)
        longest = LONGEST_CELL if delimiter is DELIMITERS[2] else LONGEST_MARKED_CELL
        if (
            len(_within_borders(pieces)) >= 2
            and max(len(piece.text) for piece in pieces) <= longest
            and not line.text.rstrip().endswith("。")
        ):
            return pieces, delimiter
    if preferred in (None, DELIMITERS[2]) and "\t" not in line.text:
        split = _split_at_numbers(line)
        if split:
            return split, DELIMITERS[2]
    return [line], None


def _split_at_numbers(line: Piece) -> list[Piece]:
    """A label, or a year, and numbers behind it that only blanks set apart; nothing when the line is none."""
    match = NUMBERS_AFTER_LABEL.match(line.text)
    if match is None or not CJK.search(match[1]):
        match = YEAR_AND_NUMBERS.match(line.text)
    if match is None:
        return []
    label = Piece(match[1].strip(), line.start + match.start(1), line.start + match.start(1) + len(match[1].strip()))
    offset = line.start + match.start(2)
    return [
        *_with_unit_apart(label),
        *(Piece(n[0], offset + n.start(), offset + n.end()) for n in re.finditer(r"\S+", match[2])),
    ]


def _with_unit_apart(label: Piece) -> list[Piece]:
    """A label and the measure word that only a blank sets apart from it."""
    name, _, unit = label.text.rpartition(" ")
    if not name.strip() or unit not in units():
        return [label]
    return [
        Piece(name.strip(), label.start, label.start + len(name.strip())),
        Piece(unit, label.end - len(unit), label.end),
    ]


def _split_as_header(line: Piece, following: Piece) -> tuple[list[Piece], re.Pattern[str] | None]:
    """A header set apart by single blanks above a row of numbers, when it has as many heads as the row has cells."""
    row = _split_at_numbers(following)
    heads = [Piece(m[0], line.start + m.start(), line.start + m.end()) for m in re.finditer(r"\S+", line.text)]
    heads = _unspaced(heads)
    fits = len(row) > 2 and len(heads) == len(row) and not _holds_values(heads)
    return (heads, DELIMITERS[2]) if fits else ([line], None)


def _possible(text: str) -> tuple[re.Pattern[str], ...]:
    """Delimiters worth trying: a bar or a tab in the line rules out mere gaps."""
    if re.search("[|｜│┃]", text):
        return DELIMITERS[:1]
    return DELIMITERS[1:2] if "\t" in text else DELIMITERS[2:]


def _cut(line: Piece, delimiter: re.Pattern[str]) -> list[Piece]:
    """Cells of a line. Empty cells between bars and tabs count, those outside the outermost bars too."""
    content = line.text.rstrip(" \u3000\xa0\r\n")
    offset = len(content) - len(content.lstrip(" \u3000\xa0"))
    body = content[offset:]
    pieces, last = [], 0
    for match in delimiter.finditer(body):
        pieces.append(_piece(body, last, match.start(), line.start + offset))
        last = match.end()
    pieces.append(_piece(body, last, len(body), line.start + offset))
    return _unspaced(pieces) if delimiter is DELIMITERS[2] else pieces


def _unspaced(pieces: list[Piece]) -> list[Piece]:
    """A row whose first cell is printed with wide gaps between its characters gets that cell in one piece."""
    letters = 0
    while letters < len(pieces) and _is_letter(pieces[letters].text):
        letters += 1
    if letters < 2 or letters == len(pieces):
        return pieces
    name = "".join(piece.text for piece in pieces[:letters])
    if all(letter in units() for letter in name) and not is_stub_head(name):
        return pieces
    return [Piece(name, pieces[0].start, pieces[letters - 1].end), *pieces[letters:]]


def _is_letter(text: str) -> bool:
    return len(text) == 1 and bool(CJK.match(text))


def _within_borders(row: list[Piece]) -> list[Piece]:
    """The cells of a row whose outermost bars are the frame of the table."""
    start = 1 if len(row) > 1 and not row[0].text else 0
    return row[start : -1 if len(row) - start > 1 and not row[-1].text else None]


def _piece(body: str, start: int, end: int, offset: int) -> Piece:
    inner = body[start:end]
    lead = offset + start + len(inner) - len(inner.lstrip())
    text, first, last = unmarked(inner.strip())
    return Piece(text, lead + first, lead + last)


def _finish(run: list[tuple[int, list[Piece]]], lines: list[Piece], tables: list[Table]) -> None:
    run = [(index, row) for index, row in run if not numbers_columns([piece.text for piece in row])]
    rows = _without_frame([row for _, row in run])
    if len(rows) > 2 and _is_title(rows[0]) and len(rows[1]) > len(rows[0]):
        run, rows = run[1:], rows[1:]
    values = sum(piece.is_number for row in rows for piece in row)
    rows_with_values = sum(
        any(piece.is_value and piece.text and not piece.is_year for piece in row[1:]) for row in rows
    )
    cut = sum(len(row) > 1 for row in rows)
    if len(run) < 2 or values < 2 or rows_with_values < 1 or rows_with_values * 3 < cut:
        return
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    first_body = next((number for number, row in enumerate(rows) if _holds_values(row)), len(rows))
    while first_body > 1 and _opens_section(rows[first_body - 1]):
        first_body -= 1
    cells = _aligned_cells(rows[:first_body], [lines[index] for index, _ in run], width)
    cells = cells or _header_cells(rows[:first_body], rows[first_body:], width)
    body = [
        [_printed(piece, lines[index]) for piece in row]
        for (index, _), row in zip(run[first_body:], rows[first_body:], strict=True)
    ]
    is_set_by_blanks = not any(BAR_OR_TAB.search(lines[index].text) for index, _ in run)
    places = places_in_print(body, width) if is_set_by_blanks else [range(len(row)) for row in body]
    for number, (row, columns) in enumerate(zip(rows[first_body:], places, strict=True), start=first_body):
        cells += [_cell(number, column, piece) for column, piece in zip(columns, row, strict=True)]
    tables.append(_table(cells, lines, run[0][0], run[-1][0]))


def _is_title(row: list[Piece]) -> bool:
    """The number of a table and its title, set apart like two cells."""
    return len(row) == 2 and bool(TABLE_NUMBER.match(row[0].text) and CJK.search(row[1].text)) and not row[0].is_year


def _without_frame(rows: list[list[Piece]]) -> list[list[Piece]]:
    """Rows without the empty cells outside a frame of bars, which most rows of a framed table have."""
    cut = [row for row in rows if len(row) > 1]
    if 2 * sum(not row[0].text for row in cut) > len(cut):
        rows = [row[1:] if len(row) > 1 and not row[0].text else row for row in rows]
    if 2 * sum(not row[-1].text for row in cut) > len(cut):
        rows = [row[:-1] if len(row) > 1 and not row[-1].text else row for row in rows]
    return rows


def _aligned_cells(rows: list[list[Piece]], lines: list[Piece], width: int) -> list[Cell]:
    """Header rows of several lengths in print set by blanks, each column's heads in one; nothing when unsure."""
    if not _is_ragged(rows, width) or any(BAR_OR_TAB.search(line.text) for line in lines[: len(rows)]):
        return []
    joined = [(_joined_letters(row), line) for row, line in zip(rows, lines, strict=False)]
    chinese = [(row, line) for row, line in joined if any(CJK.search(piece.text) or piece.is_year for piece in row)]
    columns = columns_of([[_printed(piece, line) for piece in row] for row, line in chinese], width)
    if columns is None:
        return []
    heads = [_one_piece([chinese[number][0][index] for number, index in column]) for column in columns]
    return [_cell(0, column, piece, is_header=True) for column, piece in enumerate(heads)]


def _printed(piece: Piece, line: Piece) -> Head:
    left = printed_width(line.text[: piece.start - line.start])
    return Head(piece.text, left, left + printed_width(line.text[piece.start - line.start : piece.end - line.start]))


def _joined_letters(row: list[Piece]) -> list[Piece]:
    """Heads printed with wide gaps between their characters (#女  性) in one piece, where they are known words."""
    joined: list[Piece] = []
    for piece in row:
        last = joined[-1] if joined else None
        is_short = last is not None and len(last.text.strip("#＃")) <= len(piece.text) <= 1
        if last is not None and is_short and _is_known_head(last.text + piece.text):
            joined[-1] = Piece(last.text + piece.text, last.start, piece.end)
        else:
            joined.append(piece)
    return joined


def _is_known_head(text: str) -> bool:
    return is_stub_head(text) or is_part_head(text) or text in _label_texts()


def _header_cells(rows: list[list[Piece]], body: list[list[Piece]], width: int) -> list[Cell]:
    """Header rows in their columns. Rows of several lengths are placed by what they say, or not believed."""
    if not _is_ragged(rows, width):
        return [
            _cell(number, column + _shift(row, width), piece)
            for number, row in enumerate(rows)
            for column, piece in enumerate(row)
        ]
    stacked = _stacked_cells(rows, width)
    if stacked:
        return stacked
    spanned = _spanned_cells(rows, width)
    if spanned:
        return spanned
    heads = [[piece for piece in row if piece.text] for row in rows]
    heads = [row for row in heads if any(_is_head(piece) for piece in row) and not _heads_rows_below(row)]
    if len(heads) != 2:
        return []
    upper, lower = heads
    whole = _broken_line(upper, lower, width)
    if whole:
        return [_cell(0, column, piece, is_header=True) for column, piece in enumerate(whole)]
    shift = 0 if is_stub_head(upper[0].text) else 1
    if is_stub_head(lower[0].text):
        lower = lower[1:]
    values = [[_number(piece) for piece in row[shift:]] for row in body if len(row) == width]
    return _two_lines(upper, lower, values, width - shift, shift)


def _stacked_cells(rows: list[list[Piece]], width: int) -> list[Cell]:
    """A first line with a head for each column of values, over a line that goes on with it and names the labels too."""
    rows = [row for row in rows if len(row) > 1]
    if len(rows) != 2 or (len(rows[0]), len(rows[1])) != (width - 1, width):
        return []
    upper, (stub, *lower) = rows
    parts = [piece.text for piece in lower if not _is_unit_line(piece.text)]
    begins_anew = any(begins_part(text) or text in words()["table_total"] for text in parts)
    if not is_stub_head(stub.text) or begins_anew or len(set(parts)) < len(parts):
        return []
    heads = [stub, *(_one_piece([*pair]) for pair in zip(upper, lower, strict=True))]
    return [_cell(0, column, piece, is_header=True) for column, piece in enumerate(heads)]


def _spanned_cells(rows: list[list[Piece]], width: int) -> list[Cell]:
    """A first line whose spans were lost over lines with a cell in every column; nothing when that is unsure."""
    rows = [row for row in rows if len(row) > 1]
    upper, lower = [piece for piece in rows[0] if piece.text], rows[1:]
    if not lower or any(len(row) != width for row in lower):
        return []
    below = ["".join(row[column].text for row in lower) for column in range(width)]
    spans = spans_of([piece.text for piece in upper], below)
    cells, column = [], 0
    for piece, span in zip(upper, spans or (), strict=bool(spans)):
        cells.append(Cell(0, column, 1, span, piece.text, piece.start, piece.end, True))
        column += span
    if spans:
        cells += [_cell(level, place, piece) for level, row in enumerate(lower, 1) for place, piece in enumerate(row)]
    return cells


def _opens_section(row: list[Piece]) -> bool:
    """A label alone in its row, which heads the rows below it and no column."""
    is_alone = not any(piece.text and not NO_VALUE.match(piece.text) for piece in row[1:])
    return bool(CJK.search(row[0].text)) and is_alone and not is_stub_head(row[0].text)


def _heads_rows_below(row: list[Piece]) -> bool:
    """A numbered title alone in its row (一、工会组织) heads the rows below it and no column."""
    return len(row) == 1 and bool(SECTION_MARK.match(row[0].text))


def _broken_line(first: list[Piece], second: list[Piece], width: int) -> list[Piece]:
    """One header line that print broke in two, between two heads or inside one; empty when the two are no such line."""
    if not is_stub_head(first[0].text) or any(piece.is_year for piece in first):
        return []
    joined = _one_piece([first[-1], second[0]])
    if len(first) + len(second) - 1 == width and joined.text in words()["table_stub_head"]:
        return [*first[:-1], joined, *second[1:]]
    is_continued = any(piece.is_year for piece in second) and not is_stub_head(second[0].text)
    return [*first, *second] if len(first) + len(second) == width and is_continued else []


def _number(piece: Piece) -> float | None:
    """The number of a cell, without regard to its unit; None where it prints none."""
    match = FIGURE.search(piece.text) if piece.is_number else None
    return float(re.sub("[, ，]", "", match[0])) if match else None


def _is_head(piece: Piece) -> bool:
    return piece.is_year or (bool(CJK.search(piece.text)) and not _is_unit_line(piece.text))


def _two_lines(
    upper: list[Piece], lower: list[Piece], values: list[list[float | None]], width: int, first: int
) -> list[Cell]:
    """Two header lines whose spans were lost, set over `width` columns from `first` on; nothing when that is unsure."""
    placed = place_heads([piece.text for piece in upper], [piece.text for piece in lower], width, values)
    cells = []
    for item in placed or ():
        piece = (upper, lower)[item.level][item.index]
        cells.append(Cell(item.level, first + item.column, 1, item.span, piece.text, piece.start, piece.end, True))
    return cells


def _is_ragged(rows: list[list[Piece]], width: int) -> bool:
    """Several header rows of different lengths, so that which column each heads is lost."""
    header = [row for row in rows if sum(bool(piece.text) for piece in row) > 1]
    odd = [row for row in header if len(row) != width and not all(piece.is_year for piece in row)]
    return len(header) > 1 and any(len(row) < width for row in odd)


def _shift(row: list[Piece], width: int) -> int:
    """A header row that names only the value columns stands above the last ones."""
    if len(row) >= width:
        return 0
    return width - len(row) if all(piece.is_year for piece in row) or len(row) == width - 1 else 0


def _holds_values(row: list[Piece]) -> bool:
    years = [int(piece.text[:4]) for piece in row if piece.is_year]
    return any(piece.is_number and not piece.is_year for piece in row) or not is_row_of_years(row[0].text, years)


def _cell(row: int, column: int, piece: Piece, is_header: bool = False) -> Cell:
    return Cell(row, column, 1, 1, piece.text, piece.start, piece.end, is_header)


def _table(cells: list[Cell], lines: list[Piece], first: int, last: int) -> Table:
    caption = "\n".join(line.text.strip() for line in lines[max(0, first - CAPTION_LINES) : first])
    note = lines[last + 1].text.strip()[:120] if last + 1 < len(lines) else ""
    return Table(caption, note, tuple(cells), lines[first].start, lines[last].end)


def _one_cell_a_line(lines: list[Piece], starts: list[int]) -> list[Table]:
    tables: list[Table] = []
    run: list[int] = []
    for index, line in enumerate(lines):
        breaks = bool(run) and bisect_right(starts, line.start) > bisect_right(starts, lines[index - 1].start)
        if _is_cell_line(line) and not breaks:
            run.append(index)
        else:
            _close(run, lines, tables)
            run = [index] if _is_cell_line(line) else []
    _close(run, lines, tables)
    return tables


def _is_cell_line(line: Piece) -> bool:
    content = line.text.strip()
    return len(content) <= LONGEST_CELL and not re.search(r"[。;；,，]", re.sub(r"\d[,，]\d{3}", "", content))


def _close(run: list[int], lines: list[Piece], tables: list[Table]) -> None:
    pieces = [_trim(lines[index]) for index in run]
    above = ""
    for part in _parts_of(pieces):
        table = rebuild(part)
        if table is None:
            continue
        if not above:
            first = next(i for i in run if lines[i].end >= table.char_start)
            above = "\n".join(line.text.strip() for line in lines[max(0, first - CAPTION_LINES) : first])
        caption = above + ("\n" if above else "") + table.caption
        tables.append(Table(caption, table.note, table.cells, table.char_start, table.char_end))


def _parts_of(pieces: list[Piece]) -> list[list[Piece]]:
    """The lines of tables below each other: the same head of the labels begins each, with other heads beside it."""
    stub = next((index for index, piece in enumerate(pieces) if is_stub_head(piece.text)), None)
    if stub is None:
        return [pieces]
    texts = [piece.text for piece in pieces]
    starts = [index for index, text in enumerate(texts) if text == texts[stub]]
    depth = next((n for n, piece in enumerate(pieces[stub:]) if piece.is_number and not piece.is_year), 0)
    head = texts[stub : stub + min(depth, MOST_HEAD_LINES)]
    others = [start for start in starts[1:] if start >= stub + depth and not repeated_head(texts, start, head)]
    cuts = [0, *others, len(pieces)]
    return [pieces[start:end] for start, end in pairwise(cuts)]


def _trim(line: Piece) -> Piece:
    lead = line.start + len(line.text) - len(line.text.lstrip())
    text, first, last = unmarked(line.text.strip())
    return Piece(text, lead + first, lead + last, line.blanks)


def rebuild(pieces: list[Piece]) -> Table | None:
    """Rows and columns from cells that stand one a line; None when the lines are no table.

    Each row is its label lines followed by its values. In a row with fewer values than columns an empty line holds
    the place of a value, where that fills the row; else the values fill the last years. The header lines are those
    just before the first row.
    """
    numbers = [index for index, piece in enumerate(pieces) if piece.is_number and not piece.is_year]
    if len(numbers) < MIN_VALUES:
        return None
    found_rows = _rows_of(_without_numbered_columns(pieces))
    if found_rows is None:
        return None
    header, body, width = found_rows
    values = [[_number(piece) for piece in found] for _, found in body if len(found) == width]
    cells, caption = _columns(header, values, width)
    number = 2
    for (label, found), places in zip(body, _row_places(body, width, _heads_years(header, width)), strict=True):
        if len(found) > width:
            continue
        for piece in label[:-1]:
            cells.append(_cell(number, 0, piece))
            number += 1
        cells += [_cell(number, 0, piece) for piece in label[-1:]]
        cells += [_cell(number, place + 1, piece) for place, piece in zip(places, found, strict=True)]
        number += 1
    start = min([cell.char_start for cell in cells])
    return Table("\n".join(caption), "", tuple(cells), start, pieces[-1].end)


def _rows_of(pieces: list[Piece]) -> tuple[list[Piece], list[Row], int] | None:
    """Header, rows and the number of value columns, without what print puts between two pages."""
    rows = _group(pieces)
    breaks = _page_breaks(pieces, rows[0]) if rows else []
    if breaks:
        inside = {index for start, end in breaks for index in range(start, end)}
        rows = _group([piece for index, piece in enumerate(pieces) if index not in inside])
    if rows is None:
        return None
    header, body = rows
    body = [(_without_repeated_head(label, header), found) for label, found in body]
    last_lines = {pieces[start - 1].start for start, _ in breaks}
    if any(is_year_head(piece.text) for piece in header):  # they tell how many values a row has
        last_lines.add(pieces[-1].start)
    closing = [found[-1].start in last_lines for _, found in body]
    width = _width(header, [len(found) for _, found in body], closing)
    body = [
        (label, _without_page_number(found, width) if is_closing else found)
        for (label, found), is_closing in zip(body, closing, strict=True)
    ]
    return header, body, width


def _width(header: list[Piece], lengths: list[int], closing: list[bool]) -> int:
    """How many value columns there are: what most rows have, or the longest where as many years head them.

    A row that closes a page may have the number of the page behind its values.
    """
    years = sum(is_year_head(piece.text) for piece in header)
    inner = [length for length, is_closing in zip(lengths, closing, strict=True) if not is_closing]
    if years in lengths and max(inner, default=years) <= years:
        return years
    inner = inner or lengths
    return max(inner) if len(inner) < FEW_ROWS else Counter(inner).most_common(1)[0][0]


def _without_repeated_head(label: list[Piece], header: list[Piece]) -> list[Piece]:
    """The label lines of a row behind a table head that is printed again above it (续表)."""
    head = [piece.text for piece in header[_stub_of(header) :]]
    texts = [piece.text for piece in label]
    starts = [start for start in range(len(label)) if head and texts[start : start + len(head)] == head]
    return label[starts[-1] + len(head) :] or label if starts else label


def _stub_of(header: list[Piece]) -> int:
    """The place of the head of the labels among the lines of a header; behind them where there is none."""
    return max((index for index, piece in enumerate(header) if is_stub_head(piece.text)), default=len(header))


def _heads_years(header: list[Piece], width: int) -> bool:
    return sum(is_year_head(piece.text) for piece in header) >= width


def _row_places(body: list[Row], width: int, of_years: bool) -> list[Sequence[int]]:
    """The column of each value of each row, by the empty lines that stand for values.

    Without them a shorter row has the last years, as what began to be counted late; in other columns nothing says
    which value it lacks, so that its values stand outside of all columns.
    """
    blanks_after = [label[0].blanks if label else 0 for label, _ in body[1:]] + [0]
    full = [(found, after) for (_, found), after in zip(body, blanks_after, strict=True) if len(found) == width]
    is_spaced = any(piece.blanks for found, _ in full for piece in found)
    is_set_apart = any(after for _, after in full)
    places: list[Sequence[int]] = []
    for (_, found), after in zip(body, blanks_after, strict=True):
        told = None if is_spaced else _told_places(found, width, 0 if is_set_apart else after)
        first = width - len(found) if of_years or len(found) == width else width
        places.append(told or range(first, first + len(found)))
    return places


def _told_places(found: list[Piece], width: int, after: int) -> list[int] | None:
    """The columns of a row's values when the empty lines among and behind them are the places of those not printed."""
    places = []
    column = -1
    for piece in found:
        column += piece.blanks + 1
        places.append(column)
    return places if width in (column + 1, column + 1 + after) else None


def _is_unit_line(text: str) -> bool:
    """A line that only prints a unit: (个), 万人, 单位:人."""
    match = UNIT_LINE.match(text)
    return match is not None and (match["open"] is not None or match["word"] in units())


def _merge_broken(header: list[Piece], width: int) -> list[Piece]:
    """A header printed on two lines: while there are too many, lines that are one label together are joined."""
    merged = list(header)
    for index in range(len(merged) - 1, 0, -1):
        if len(merged) <= width:
            break
        upper, lower = merged[index - 1], merged[index]
        runs_on = upper.text.endswith(("比", "为", "占")) or lower.text.startswith(("±", "%"))
        if runs_on or BRACKETED.sub("", upper.text + lower.text) in _label_texts():
            merged[index - 1 : index + 1] = [Piece(upper.text + lower.text, upper.start, lower.end)]
    return merged


def _page_breaks(pieces: list[Piece], header: list[Piece]) -> list[tuple[int, int]]:
    """Where between the rows one page ends and the next begins, as places among the pieces."""
    first = len(header)
    texts = [piece.text for piece in pieces]
    found = page_breaks(texts[first:], texts[_stub_of(header) : first][:MOST_HEAD_LINES])
    return [(first + start, first + end) for start, end in found if start]


def _without_page_number(found: list[Piece], width: int) -> list[Piece]:
    """The values of a row without the number of the page that ends behind it, where that makes one too many."""
    return found[:-1] if len(found) == width + 1 and PAGE_NUMBER.match(found[-1].text) else found


def _without_numbered_columns(pieces: list[Piece]) -> list[Piece]:
    """The lines without those that only number the columns: 甲, 乙, 1, 2, 3."""
    letters = words()["table_numbering"]
    first = next((index for index, piece in enumerate(pieces) if piece.text in letters), len(pieces))
    numbers = first
    while numbers < len(pieces) and pieces[numbers].text in letters:
        numbers += 1
    end = numbers
    while end < len(pieces) and pieces[end].text == str(end - numbers + 1):
        end += 1
    return [*pieces[:first], *pieces[end:]] if end - numbers > 1 else pieces


def _group(pieces: list[Piece]) -> tuple[list[Piece], list[Row]] | None:
    """Header pieces, then (label pieces, value pieces) per row."""
    first_value = next((index for index, piece in enumerate(pieces) if piece.is_number and not piece.is_year), 0)
    label_start = first_value - 1
    while label_start > 0 and _continues_label(pieces, label_start):
        label_start -= 1
    if label_start < 0 or (pieces[label_start].is_value and not pieces[label_start].is_year):
        return None
    header, rest = pieces[:label_start], pieces[label_start:]
    rows: list[Row] = []
    label: list[Piece] = []
    found: list[Piece] = []
    for piece in rest:
        starts_year_row = piece.is_year and rest[0].is_year
        if piece.is_value and not starts_year_row:
            found.append(piece)
            continue
        if found:
            rows.append((label, found))
            label, found = [], []
        label = _joined(label, piece)
    if found:
        rows.append((label, found))
    return (header, rows) if len(rows) >= 2 else None


def _joined(label: list[Piece], piece: Piece) -> list[Piece]:
    """A unit or an English line belongs to the Chinese label before it; other lines start a new label."""
    if label and (_is_unit_line(piece.text) or not CJK.search(piece.text)) and CJK.search(label[-1].text):
        last = label[-1]
        extra = f"({piece.text.strip('()（）')})" if _is_unit_line(piece.text) else ""
        return [*label[:-1], Piece(last.text + extra, last.start, last.end, last.blanks)]
    return [*label, piece]


def _continues_label(pieces: list[Piece], index: int) -> bool:
    """The line is a unit or a translation, so that the label begins above it."""
    text = pieces[index].text
    return not pieces[index].is_number and (not CJK.search(text) or _is_unit_line(text))


def _columns(header: list[Piece], values: list[list[float | None]], width: int) -> tuple[list[Cell], list[str]]:
    """Header cells over `width` value columns from the last header lines that fit, and the lines left over."""
    years = [piece for piece in header if piece.is_year]
    if len(years) == width:
        return _one_line(years), [piece.text for piece in header if not piece.is_year]
    chinese = [piece for piece in header if CJK.search(piece.text) or piece.is_year]
    chinese = [piece for piece in chinese if not SECTION_MARK.match(piece.text)]
    stub = max((index for index, piece in enumerate(chinese) if is_stub_head(piece.text)), default=None)
    tail = chinese[stub + 1 :] if stub is not None else chinese[-width:]
    caption = [piece.text for piece in chinese if piece not in tail]
    after_stub = header[header.index(chinese[stub]) + 1 :] if stub is not None else []
    for heads in (_with_units(tail), _closed_by_units(tail)):
        upper = _upper_heads(heads)
        if stub is not None and (len(heads) != width or _repeats(heads[upper:])):
            cells = _two_lines(heads[:upper], heads[upper:], values, width, 1)
            if cells or len(heads) == width:
                return cells, caption
        elif len(heads) == width:
            return _one_line(heads), caption
    for heads in (_between_translations(after_stub), _merge_broken(_with_units(tail), width)):
        if len(heads) == width:
            return _one_line(heads), caption
    return [], [piece.text for piece in header]


def _one_line(heads: list[Piece]) -> list[Cell]:
    return [_cell(0, column + 1, piece, is_header=True) for column, piece in enumerate(heads)]


def _upper_heads(heads: list[Piece]) -> int:
    """How many heads stand before those at the end that cannot stand alone: the upper of two lines."""
    first = len(heads)
    while first > 0 and is_part_head(heads[first - 1].text):
        first -= 1
    return first


def _repeats(heads: list[Piece]) -> bool:
    """The same head twice in a row of parts: they belong to different heads of a line above."""
    texts = [piece.text for piece in heads]
    return len(set(texts)) < len(texts)


def _with_units(tail: list[Piece]) -> list[Piece]:
    """Header lines, each with the unit line below it."""
    merged: list[Piece] = []
    for piece in tail:
        merged = _joined(merged, piece) if merged and _is_unit_line(piece.text) else [*merged, piece]
    return merged


def _closed_by_units(tail: list[Piece]) -> list[Piece]:
    """Header lines where each head ends with its unit, so that the lines up to a unit are one head."""
    last = max((index for index, piece in enumerate(tail) if _is_unit_line(piece.text)), default=-1)
    groups: list[list[Piece]] = [[]]
    for index, piece in enumerate(tail):
        groups[-1].append(piece)
        if index >= last or _is_unit_line(piece.text):
            groups.append([])
    return [_one_piece(group) for group in groups if group]


def _between_translations(header: list[Piece]) -> list[Piece]:
    """Bilingual headers: the Chinese lines up to the next English ones are one column."""
    groups: list[list[Piece]] = []
    after_latin = True
    for piece in header:
        if not CJK.search(piece.text) and not piece.is_year:
            after_latin = True
            continue
        if after_latin:
            groups.append([])
        groups[-1].append(piece)
        after_latin = False
    return [_one_piece(group) for group in groups]


def _one_piece(group: list[Piece]) -> Piece:
    return Piece("".join(piece.text for piece in group), group[0].start, group[-1].end)


@lru_cache(maxsize=1)
def _label_texts() -> frozenset[str]:
    return frozenset(label.text for label in labels())
