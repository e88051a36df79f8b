"""Printed tables to claims: what a row, a column and a caption say about a cell.

Belongs here: reading headers. A cell's metric comes from its row label or its column header, its year and
region from whichever of them names one, its unit from the nearest place that prints one. Does not belong
here: finding tables (`ingest.parse`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ingest.extract.attribution import allows, breakdown_of, unit_of
from ingest.extract.identity import claim_id
from ingest.extract.labels import Occurrence, label_index, terms
from ingest.extract.numerals import Numeral, read_arabic
from ingest.extract.places import Place, Places
from ingest.extract.quantities import BARE, Quantity, interval
from ingest.extract.view import translation
from ingest.extract.years import Years
from ingest.records import Cell, Claim, Page, Table
from ingest.vocabulary import (
    Unit,
    begins_part,
    breakdown_words,
    flows,
    labels,
    metrics,
    units,
    without_of_which,
    words,
)

VALUE = re.compile(
    r"^[*#]?\s*(?P<digits>-?(?:\d{1,3}(?: \d{3})+|\d[\d,]*)(?:\.\d+)?)\s*(?P<scale>[万亿千百]*)"
    r"(?P<unit>人次|人|个|户|家|元|%|件|份|名)?$"
)
YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d{2})(?:\s*年|(?!\d))")
TOLD_YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d{2})\s*年(?!鉴)")
COMPARISON = re.compile(r"\d{4}年?(?:为|比)\d{4}年?|(?:比|为|较)上年|增减|增长|指数|±")
BRACKETED = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
UNIT_LINE = re.compile(r"(?:计量)?单位\s*[:：]\s*([\u4e00-\u9fff%、/,]{1,14})")
NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d+[.、])")
LATIN = re.compile(r"[A-Za-z][A-Za-z .,'&/\-]*")
AREA = re.compile(r"^(?:全[国省市县区旗盟州]|[\u4e00-\u9fff]{1,12}[省市县区旗盟州]|[省市县区州盟]直.{0,4}|.{2,6}地区)$")
UNIT_ONLY = re.compile(r"^[\d年月末底上期本\s]*$")
MIN_COVERAGE = 0.5
BEFORE = " | "
CONTEXT_HEADERS = 80


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


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a table cell counts."""

    codes: tuple[str, ...]
    breakdown: dict[str, str]
    rule: str
    label: Occurrence


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
        self.head_rows = self._head_rows()
        self.caption_rows = frozenset(row for row in range(self.head_rows) if self._is_caption(row))
        self.stub_columns = self._stub_columns()
        self.unit_columns = frozenset(column for column in self.stub_columns if _is_unit_column(self, column))

    def text(self, row: int, column: int) -> str:
        """The clean text at a place; empty where the grid has a hole."""
        cell = self.at.get((row, column))
        return clean(cell.text) if cell else ""

    def _head_rows(self) -> int:
        """Rows before the first one that holds a value under a label."""
        for row in range(self.rows):
            texts = [self.text(row, column) for column in range(self.columns)]
            numbers = [text for text in texts[1:] if VALUE.match(text)]
            if any(not YEAR.fullmatch(text) for text in numbers) and not _is_year_row(texts):
                return row
        return self.rows

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
        """Columns that hold labels, units or serial numbers instead of values."""
        stubs = []
        for column in range(self.columns):
            body = [self.text(row, column) for row in range(self.head_rows, self.rows)]
            filled = [text for text in body if text]
            numeric = [text for text in filled if VALUE.match(text)]
            heads = {self.text(row, column).lower() for row in range(self.head_rows)}
            is_year_column = column == 0 and filled and all(YEAR.fullmatch(text) for text in filled)
            is_serial = not heads.isdisjoint(words()["table_serial_head"])
            if (
                is_serial
                or is_year_column
                or (filled and len(numeric) * 2 < len([t for t in filled if not _is_void(t)]))
            ) or (filled and not numeric and any(not _is_void(text) for text in filled)):
                stubs.append(column)
        return stubs or [0]


def _is_void(text: str) -> bool:
    return not re.search(r"[\u4e00-\u9fffA-Za-z\d]", text)


def _is_year_row(texts: list[str]) -> bool:
    return bool(texts) and all(YEAR.fullmatch(text) or not text for text in texts[1:])


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """Header or cell text in simplified half-width form without blanks between characters."""
    plain = text.translate(translation()).strip()
    return re.sub(r"(?<=[\u4e00-\u9fff#:)(]) +(?=[\u4e00-\u9fff(#)])", "", re.sub(r"\s+", " ", plain))


def read_table(table: Table, number: int, page: Page, years: Years, places: Places, version: str) -> list[Claim]:
    """One claim per value cell; cells without a metric become unmapped quantities with their path."""
    grid = Grid(table)
    told = [*table.caption.split("\n"), *(grid.text(row, 0) for row in sorted(grid.caption_rows))]
    caption = "\n".join(clean(line) for line in told)
    rows = _row_headers(grid)
    columns = _column_headers(grid)
    headers = [*columns.values(), *rows.values()][:CONTEXT_HEADERS]
    context = " ".join([page.title, caption, clean(table.note), *(header.text for header in headers)])
    claims = []
    for row in range(grid.head_rows, grid.rows):
        for column in range(grid.columns):
            cell = grid.at.get((row, column))
            if cell is None or column in grid.stub_columns or (cell.row, cell.col) != (row, column):
                continue
            reader = _CellReader(table, number, page, years, places, version, caption, context)
            claims += reader.read(cell, rows[row], columns[column], _unit_of_row(grid, row))
    return claims


def _row_headers(grid: Grid) -> dict[int, Header]:
    """A header per data row; #, 其中 and indented rows take the row before them as parent."""
    headers: dict[int, Header] = {}
    section, parent, before = "", "", ""
    for row in range(grid.head_rows, grid.rows):
        above, text = _row_text(grid, row)
        if above and above != section:
            section, parent = above, ""
        if not _has_values(grid, row):
            section, parent = strip_numbering(text), ""
            headers[row] = Header(text)
            continue
        if begins_part(text) or _only_breakdown(text):
            headers[row] = Header(text, tuple(part for part in (section, parent) if part), before)
        else:
            headers[row] = Header(text, (section,) if section else (), before)
            parent = text
        before = f"{before.rpartition(BEFORE)[2]}{BEFORE}{text}"
    return headers


def _row_text(grid: Grid, row: int) -> tuple[str, str]:
    """What heads a row: a head that spans several rows (工会 beside all its rows), and the text of the row itself."""
    above, own = "", []
    for column in grid.stub_columns:
        head = grid.text(row, column)
        if column in grid.unit_columns or not head or (head.isdigit() and not YEAR.fullmatch(head)) or head in own:
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
    """A column headed 单位, or one that holds nothing but measure words."""
    if any(grid.text(row, column).lower() in words()["table_unit_head"] for row in range(grid.head_rows)):
        return True
    body = [text for row in range(grid.head_rows, grid.rows) if (text := grid.text(row, column))]
    return bool(body) and all(text in units() for text in body)


def _unit_of_row(grid: Grid, row: int) -> str:
    for column in grid.stub_columns:
        if column in grid.unit_columns:
            return grid.text(row, column)
    return ""


def _column_headers(grid: Grid) -> dict[int, Header]:
    """A header per column; one that opens with # or 其中 takes the column before it as parent."""
    headers: dict[int, Header] = {}
    parent = before = ""
    for column in range(grid.columns):
        header = _column_header(grid, column)
        if column not in grid.stub_columns:
            is_part = (begins_part(header.text) or _only_breakdown(header.text)) and bool(parent)
            header = Header(header.text, (*header.parents, parent) if is_part else header.parents, before)
            parent, before = (parent if is_part else header.text), header.text
        headers[column] = header
    return headers


def _column_header(grid: Grid, column: int) -> Header:
    texts = [_spanning_text(grid, row, column) for row in range(grid.head_rows) if row not in grid.caption_rows]
    path = [text for text in dict.fromkeys(texts) if text]
    chinese = [text for text in path if re.search(r"[\u4e00-\u9fff]", text) or YEAR.search(text)]
    path = chinese or path
    return Header(path[-1] if path else "", tuple(path[:-1]))


def _spanning_text(grid: Grid, row: int, column: int) -> str:
    """A header's text; an empty place above another header takes the text to its left (a span lost in print)."""
    own = grid.text(row, column)
    if own or row + 1 >= grid.head_rows or column in grid.stub_columns or not grid.text(row + 1, column):
        return own
    left = column
    while left - 1 not in grid.stub_columns and left > 0:
        left -= 1
        if grid.text(row, left):
            return grid.text(row, left)
    return own


def strip_numbering(text: str) -> str:
    """A label without 一、 or (1) before it."""
    return NUMBERING.sub("", text).strip()


@dataclass(frozen=True, slots=True)
class _CellReading:
    """All that was read of one cell."""

    cell: Cell
    quantity: Quantity
    meaning: Meaning | None
    row: Header
    column: Header
    year: int | None
    year_basis: str
    place: Place
    is_change: bool


@dataclass(frozen=True, slots=True)
class _CellReader:
    table: Table
    number: int
    page: Page
    years: Years
    places: Places
    version: str
    caption: str
    context: str

    def read(self, cell: Cell, row: Header, column: Header, row_unit: str) -> list[Claim]:
        """Claims of one cell: several when its label names several metrics, none when it holds no number."""
        match = VALUE.match(clean(cell.text))
        if match is None:
            return []
        is_change = bool(COMPARISON.search(f"{row.path} {column.path}"))
        unit = units()["%"] if is_change else self._unit(match, row, column, row_unit)
        is_open = unit is None and (bool(row_unit) or "." in match["digits"])
        quantity = self._quantity(cell, match, unit)
        year, year_basis = self._year(row, column)
        place = self._place(row, column, year)
        meaning = None if is_change or is_open else self._meaning(row, column, quantity)
        if meaning is not None and not meaning.codes:
            meaning = None
        codes: tuple[str | None, ...] = meaning.codes if meaning else (None,)
        reading = _CellReading(cell, quantity, meaning, row, column, year, year_basis, place, is_change)
        return [self._claim(reading, code) for code in codes]

    def _unit(self, match: re.Match[str], row: Header, column: Header, row_unit: str) -> Unit | None:
        """The measure word printed nearest: in the cell, the row's unit column, the headers, the caption."""
        for text in (match["unit"] or "", row_unit, *_bracketed(row.text), *_bracketed(column.text)):
            found = units().get(text.strip())
            if found:
                return found
        for text in (*column.parents, *row.parents):
            for inner in _bracketed(text):
                if inner in units():
                    return units()[inner]
        printed = UNIT_LINE.search(self.caption)
        choices = [units()[word] for word in re.split("[、/,]", printed[1]) if word in units()] if printed else []
        if not choices:
            choices = [units()[word] for word in _bracketed(self.caption) if word in units()]
        if len(choices) == 1:
            return choices[0]
        return self._unit_of_metric(row, column, choices) or _unit_for(f"{row.path} {column.path}", choices)

    def _unit_of_metric(self, row: Header, column: Header, choices: list[Unit]) -> Unit | None:
        """Of several units in a caption the one that can count what a header names, by the longest label that fits."""
        for text in (row.text, *reversed(row.parents), column.text, *reversed(column.parents)):
            weights = {unit.word: _label_weight(text, unit, self.context) for unit in choices}
            best = max(weights.values(), default=0)
            fitting = [unit for unit in choices if weights[unit.word] == best]
            if best and len(fitting) == 1:
                return fitting[0]
        return None

    def _quantity(self, cell: Cell, match: re.Match[str], unit: Unit | None) -> Quantity:
        digits = match["digits"].lstrip("-").replace(" ", "")
        numeral: Numeral = read_arabic(digits, "", match["scale"] or "", "")
        factor = unit.factor if unit else 1.0
        if factor > 1:
            numeral = Numeral(numeral.value, numeral.ulp, numeral.step, True)
        dimension = unit.dimension if unit else BARE
        value, low, high = interval(numeral, "EQ", factor, dimension)
        if match["digits"].startswith("-") and value is not None and low is not None and high is not None:
            value, low, high = -value, -high, -low
        return Quantity(
            cell.char_start,
            cell.char_end,
            cell.char_start,
            value,
            low,
            high,
            "EQ",
            unit,
            unit.word if unit else "",
            numeral,
            dimension,
        )

    def _year(self, row: Header, column: Header) -> tuple[int | None, str]:
        for basis, text in (("column", column.path), ("row", row.text)):
            found = YEAR.findall(text)
            if found:
                return int(found[-1]), basis
        lines = self.caption.split("\n")[::-1]
        for pattern in (TOLD_YEAR, YEAR):
            told = next((match for line in lines if (match := pattern.search(line))), None)
            if told:
                return int(told[1]), "caption"
        return self.years.page_year.year, self.years.page_year.basis

    def _place(self, row: Header, column: Header, year: int | None) -> Place:
        for header in (row, column):
            for text in (header.text, *reversed(header.parents)):
                place = self._named_place(text, year)
                if place is not None:
                    return place
        return self.places.at(self.table.char_start, self.table.char_start, year)

    def _named_place(self, text: str, year: int | None) -> Place | None:
        name = LATIN.sub("", strip_numbering(text)).replace(" ", "").strip("#:*")
        if name in words()["nation_name"]:
            region = self.places.names.nation(year)
            return Place(region.ref_area, region.name, "table", region) if region else None
        if len(name) < 2 or name in words()["no_place"]:
            return None
        own = self.places.page_place.region
        index = self.places.names.index
        region = (index.resolve(name, year, within=own.name) if own else None) or index.resolve(name, year)
        if region is None and AREA.match(name) and not name.startswith("全") and "直" not in name:
            return Place(None, name, "table")
        return Place(region.ref_area, region.name, "table", region) if region else None

    def _meaning(self, row: Header, column: Header, quantity: Quantity) -> Meaning | None:
        for header, other in ((row, column), (column, row)):
            meaning = self._of_header(header, quantity)
            if meaning is not None:
                return self._with_other(meaning, without_years(other))
        return None

    def _with_other(self, meaning: Meaning, other: Header) -> Meaning | None:
        """The crossing header may add a breakdown (a column 女); one that says something unknown unmaps the cell."""
        core = label_core(other.text)
        if not core or core in words()["table_total"] or AREA.search(core) or self._named_place(other.text, None):
            return meaning
        added = breakdown_of(core, meaning.codes, in_table=True)
        if _only_breakdown(other.text) and added:
            return Meaning(meaning.codes, added | meaning.breakdown, meaning.rule, meaning.label)
        says_nothing = not _without_fillers(core) or UNIT_ONLY.match(core) or core in units()
        return meaning if says_nothing else None

    def _of_header(self, header: Header, quantity: Quantity) -> Meaning | None:
        """The metric that a header names, alone or as a part of its parent."""
        if any(word in text for word in words()["other_body"] for text in (*header.parents, header.text)):
            return None
        header = without_years(header)
        if label_core(header.text) in words()["new_ones"]:
            return self._new_of_previous(header, quantity)
        own, text = self._own_label(header, quantity)
        meaning = _meaning_of(own, text, "table_label") if own is not None else None
        is_breakdown = _only_breakdown(header.text)
        if meaning is not None and not is_breakdown:
            return meaning
        of_parent = self._of_parents(header, quantity, is_breakdown)
        return of_parent or (None if begins_part(header.text) else meaning)

    def _own_label(self, header: Header, quantity: Quantity) -> tuple[Occurrence | None, str]:
        """The label of a header, alone or joined to the head above it (工会干部 over 专职), and its text."""
        near = " ".join((*header.parents, header.before))
        own = best_label(header.text, quantity, self.context, near, self.caption)
        if own is not None or not header.parents or _only_breakdown(header.text) or not label_core(header.text):
            return own, header.text
        above, core = label_core(header.parents[-1]), label_core(header.text)
        for text in (above + core, core + above):
            joined = best_label(text, quantity, self.context, near, self.caption)
            if joined is not None and joined.weight > max(len(above), len(core)):
                return joined, text
        return None, header.text

    def _new_of_previous(self, header: Header, quantity: Quantity) -> Meaning | None:
        """新建 after 基层工会组织数: the new ones of what the header before counts."""
        heads = (header.before, *reversed(header.parents), "".join(map(label_core, header.parents[-2:])))
        found = ((best_label(text, quantity, self.context), text) for text in heads)
        whole, text = next(((label, text) for label, text in found if label is not None), (None, ""))
        if whole is None:
            return None
        meaning = _meaning_of(whole, text, "table_new_of_previous")
        new = tuple(flows()[code] for code in meaning.codes if code in flows())
        return Meaning(new, meaning.breakdown, meaning.rule, whole) if new else None

    def _of_parents(self, header: Header, quantity: Quantity, is_breakdown: bool) -> Meaning | None:
        """A header that only names a part or the total takes the metric of the nearest header above it."""
        for parent in reversed(header.parents):
            above = best_label(parent, quantity, self.context)
            if above is None:
                continue
            meaning = _meaning_of(above, parent, "table_part")
            announced = breakdown_of(label_core(header.text), meaning.codes, in_table=True)
            if announced and is_breakdown:
                return Meaning(meaning.codes, meaning.breakdown | announced, "table_part", above)
            return meaning if label_core(header.text) in words()["table_total"] and not is_breakdown else None
        return None

    def _claim(self, reading: _CellReading, code: str | None) -> Claim:
        cell, quantity, meaning, place = reading.cell, reading.quantity, reading.meaning, reading.place
        row, column = reading.row, reading.column
        breakdown = dict(sorted((meaning.breakdown if meaning else {}).items()))
        statistic = metrics()[code].statistic if code else None
        unit_code = (
            unit_of(meaning.label.label, quantity) if meaning else (quantity.unit.unit_code if quantity.unit else None)
        )
        return Claim(
            claim_id=claim_id(self.page, cell.char_start, cell.char_end, code, breakdown),
            page_id=self.page.page_id,
            url=self.page.url,
            body_sha256=self.page.body_sha256,
            section=self.caption.split("\n")[-1][:80],
            char_start=cell.char_start,
            char_end=cell.char_end,
            table_cell=f"t{self.number}: {row.path} × {column.path}",
            raw_span=self.page.text[cell.char_start : cell.char_end],
            sentence=f"{row.path} | {column.path} | {cell.text}",
            metric_code=code,
            obs_value=quantity.value,
            value_low=quantity.low,
            value_high=quantity.high,
            qualifier="EQ",
            unit_code=unit_code,
            unit_raw=quantity.unit_raw,
            ref_area=place.ref_area,
            ref_area_name=place.name,
            ref_year=reading.year,
            period_type="year_end" if statistic in ("stock", "rate") else "year" if statistic else "unknown",
            year_basis=reading.year_basis,
            region_basis=place.basis,
            reporting_scope="all_levels",
            statistic=statistic,
            change_kind="yoy_pct" if reading.is_change else "level",
            base_text=None,
            is_floor_language=False,
            is_target=False,
            extractor_version=self.version,
            rule=meaning.rule if meaning else "unmapped",
            phrase=f"{row.path} × {column.path}",
            breakdown=breakdown,
        )


def _unit_for(headers: str, choices: list[Unit]) -> Unit | None:
    """Of several units in a caption (单位:个、万人) the one whose kind the headers name; None when that is open."""
    kinds = [kind for kind in ("money", "person") if any(word in headers for word in words()[f"{kind}_noun"])] or [
        "count"
    ]
    fitting = [unit for unit in choices if unit.dimension in (kinds[0], f"{kinds[0]}_time")]
    return fitting[0] if len(fitting) == 1 else None


def _label_weight(text: str, unit: Unit, context: str) -> int:
    """How much of a header the best label covers that can be counted in `unit`; 0 when none can."""
    numeral = read_arabic("1", "", "", "")
    probe = Quantity(0, 0, 0, None, None, None, "EQ", unit, unit.word, numeral, unit.dimension)
    best = best_label(text, probe, context)
    return best.weight if best else 0


def _bracketed(text: str) -> Iterator[str]:
    return (inner.removeprefix("单位:").strip() for inner in BRACKETED.findall(text))


def label_core(text: str) -> str:
    """A header without numbering, brackets, marks, Latin translation and blanks."""
    core = without_of_which(LATIN.sub("", BRACKETED.sub("", strip_numbering(text))))
    return core.strip("#:*- 、").replace(" ", "").replace(":", "")


def _only_breakdown(text: str) -> bool:
    """A part's label that names nothing but a breakdown value, such as 其中:女性."""
    core = label_core(text)
    if core in _plain_labels() and not begins_part(text):
        return False
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
    plain = (term for term in terms() if term.codes and not term.label.breakdown and not term.fixed_breakdown)
    return frozenset(term.label.text for term in plain) - parts


def best_label(text: str, quantity: Quantity, context: str, near: str = "", caption: str = "") -> Occurrence | None:
    """The label that covers most of a header and may count the cell's unit; None below half.

    `near` is what stands above the header: words that a label refuses count there too. A noun of everyday use
    finds the words it needs there or in the caption, any other label anywhere in the table's `context`.
    """
    core = label_core(text)
    if not core:
        return None
    found = [
        item
        for item in label_index().find(core)
        if _fits(item, core, quantity, _Told(f"{context} {text}", near, caption))
    ]
    best = max(found, key=lambda item: (item.weight, bool(item.label.needs), -item.label.line), default=None)
    if best is None or best.weight < MIN_COVERAGE * len(_without_fillers(core)):
        return None
    return best


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said around a header: in the whole table, in the headers above it, and in the caption."""

    context: str
    near: str
    caption: str


def _fits(item: Occurrence, core: str, quantity: Quantity, told: _Told) -> bool:
    label = item.label
    is_carried = label.text.startswith(words()["carried_verb"])
    around = f"{core} {told.near}" if is_carried and label.text in _shared_texts() else core
    if label.position == "right" or not allows(label, quantity):
        return False
    if any(word.lstrip("~-") in around for word in label.refuses):
        return False
    is_generic = label.text in words()["generic_noun"]
    evidence = f"{core} {told.near} {told.caption}" if is_generic else told.context
    return not label.needs or any(word in evidence for word in label.needs)


@lru_cache(maxsize=1)
def _shared_texts() -> frozenset[str]:
    """Labels that name different metrics in different surroundings."""
    counted = Counter(label.text for label in labels())
    return frozenset(text for text, times in counted.items() if times > 1)


def _without_fillers(core: str) -> str:
    for word in words()["table_filler"]:
        core = core.replace(word, "")
    return core


def _meaning_of(item: Occurrence, text: str, rule: str) -> Meaning:
    codes = tuple(metrics()[code].canonical_code for code in item.label.metrics)
    fixed = {key: value for code in item.label.metrics for key, value in metrics()[code].fixed_breakdown.items()}
    around = breakdown_of(_without_label(text, item), codes, in_table=True)
    return Meaning(codes, around | fixed | item.label.breakdown, rule, item)


def _without_label(text: str, item: Occurrence) -> str:
    """A header without its label, whose own words announce nothing more."""
    return label_core(text).replace(item.label.text, "")


def without_years(header: Header) -> Header:
    """A header without the levels that only name a year."""
    told = (*header.parents, header.text)
    levels = [
        text for text in told if not YEAR.fullmatch(text.strip("()")) and (label_core(text) or not header.parents)
    ]
    return Header(levels[-1], tuple(levels[:-1]), header.before) if levels else Header("")
