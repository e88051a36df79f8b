"""Printed tables to claims: what a row, a column and a caption say about a cell.

Belongs here: reading headers. A cell's metric comes from its row label or its column header, its year and
region from whichever of them names one, its unit from the nearest place that prints one. Does not belong
here: finding tables (`ingest.parse`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.extract.breakdowns import breakdown_of, metric_of_part
from ingest.extract.codes import CONTRACT_COVERAGE, CONTRACT_TYPE, CONTRACTS
from ingest.extract.grid import (
    BEFORE,
    BRACKETED,
    LATIN,
    VALUE,
    YEAR,
    Grid,
    Header,
    blocks,
    clean,
    column_headers,
    label_core,
    names_other_body,
    only_breakdown,
    plain_core,
    row_headers,
    strip_numbering,
    unit_of_row,
    without_years,
)
from ingest.extract.identity import claim_id
from ingest.extract.labels import Occurrence, table_label_index
from ingest.extract.numerals import Numeral, read_arabic
from ingest.extract.places import Place, Places
from ingest.extract.quantities import BARE, Quantity, interval
from ingest.extract.years import Years
from ingest.records import Cell, Claim, Page, Table
from ingest.vocabulary import Unit, begins_part, breakdown_words, flows, labels, metrics, unit_named, units, words
from ingest.vocabulary.heads import category_of, compares, is_share, is_year_head, tells_amount, year_offset

VOLUME_BEFORE = r"(?:1[89]|20)\d{2}\s*年?(?:卷|版)?[\u4e00-\u9fff]{0,10}(?<!普查)年鉴"
VOLUME_BEHIND = r"(?<!普查)年鉴[ (《—\-]*(?:1[89]|20)\d{2}(?:\s*年?[卷版])?(?!\d|\s*年)"
VOLUME = re.compile(f"{VOLUME_BEFORE}|{VOLUME_BEHIND}")
TOLD_YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d{2})\s*年(?!鉴)")
UNIT_LINE = re.compile(r"(?:计量)?单位\s*[:：]\s*([\u4e00-\u9fff%、/,]{1,14})")
AREA = re.compile(
    r"^(?:全[国省市县区旗盟州]|[\u4e00-\u9fff]{1,12}(?:[省市县区旗盟州镇乡]|街道|苏木|行委|管委会)|[省市县区州盟]直.{0,4}|.{2,6}地区)$"
)
NUMBER = "数"
MIN_COVERAGE = 0.5
CONTEXT_HEADERS = 80
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a table cell counts."""

    codes: tuple[str, ...]
    breakdown: dict[str, str]
    rule: str
    label: Occurrence


def read_table(
    table: Table, number: int, page: Page, years: Years, places: Places, version: str, *, maps: bool = True
) -> list[Claim]:
    """One claim per value cell; cells without a metric become unmapped quantities with their path.

    All do where `maps` is false, since the page never names the union.
    """
    parts = [_Part(Grid(part)) for part in blocks(table)]
    headers = [header for part in parts for header in [*part.columns.values(), *part.rows.values()]][:CONTEXT_HEADERS]
    claims = []
    for part in parts:
        caption = "\n".join(clean(line) for line in [*table.caption.split("\n"), *part.titles])
        context = " ".join(
            [
                page.title,
                caption,
                clean(table.note),
                *dict.fromkeys(text for header in headers for text in (*header.parents, header.text)),
            ]
        )
        is_of_other = not maps or _heads_other_body(caption)
        reader = _CellReader(table, number, page, years, places, version, caption, context, is_of_other)
        for row, column, cell in part.cells():
            header = None if column in part.unheaded else part.columns[column]
            claims += reader.read(cell, part.rows[row], header, unit_of_row(part.grid, row))
    return _counted_once(claims, page)


def _counted_once(claims: list[Claim], page: Page) -> list[Claim]:
    """Where a table counts the same thing in two units (户 and 人), the one in the metric's own unit is the metric."""
    told: dict[tuple[object, ...], set[str | None]] = {}
    for claim in claims:
        told.setdefault(_fact_of(claim), set()).add(claim.unit_code)
    return [
        _unmapped(claim, page) if claim.metric_code and _is_second_count(claim, told[_fact_of(claim)]) else claim
        for claim in claims
    ]


def _fact_of(claim: Claim) -> tuple[object, ...]:
    """What a claim tells, but for its unit."""
    breakdown = tuple(sorted(claim.breakdown.items()))
    return claim.metric_code, breakdown, claim.ref_year, claim.ref_area_name, claim.reporting_scope


def _is_second_count(claim: Claim, unit_codes: set[str | None]) -> bool:
    own = metrics()[claim.metric_code].unit_code if claim.metric_code else None
    return own in unit_codes and claim.unit_code != own


def _unmapped(claim: Claim, page: Page) -> Claim:
    """The claim as one of a quantity that no metric counts."""
    return replace(
        claim,
        claim_id=claim_id(page, claim.char_start, claim.char_end, None, {}),
        metric_code=None,
        statistic=None,
        period_type="unknown",
        rule="unmapped",
        breakdown={},
    )


def _heads_other_body(caption: str) -> bool:
    """The last line of a caption that names a body names another one than the union."""
    for line in reversed(caption.split("\n")):
        if any(word in line for word in words()["union_body"]):
            return False
        if names_other_body(line):
            return True
    return False


class _Part:
    """A grid with the headers of its rows and columns and the titles printed inside it."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.rows = row_headers(grid)
        self.columns = column_headers(grid)
        self.titles = [grid.text(row, 0) for row in sorted(grid.caption_rows)]
        self.unheaded = self._unheaded()

    def _unheaded(self) -> set[int]:
        """Columns of values without a head where there are several, so that nothing says what sets them apart."""
        bare = {column for _, column, cell in self.cells() if VALUE.match(clean(cell.text))}
        bare = {column for column in bare if not self.columns[column].text}
        is_one_of_several = len(bare) > 1 or any(column not in bare for _, column, _ in self.cells())
        return bare if is_one_of_several else set()

    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        """The cells where values stand, each once, with their row and column."""
        for row in range(self.grid.head_rows, self.grid.rows):
            for column in range(self.grid.columns):
                cell = self.grid.at.get((row, column))
                is_here = cell is not None and (cell.row, cell.col) == (row, column)
                if cell is not None and is_here and column not in self.grid.stub_columns:
                    yield row, column, cell


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
    is_of_other: bool

    def read(self, cell: Cell, row: Header, head: Header | None, row_unit: str) -> list[Claim]:
        """Claims of one cell: several when its label names several metrics, none when it holds no number.

        Without the `head` of its column a cell is not mapped.
        """
        match = VALUE.match(clean(cell.text))
        if match is None:
            return []
        column = head or Header("")
        is_change = compares(f"{row.path} {column.path}")
        unit = (self._unit_of_change(row, column) if is_change else None) or self._unit(match, row, column, row_unit)
        is_open = head is None or (unit is None and (bool(row_unit) or "." in match["digits"]))
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
        if is_share(label_core(column.text)) or is_share(label_core(row.text)):
            return units()["%"]
        for text in (match["unit"] or "", row_unit, *_bracketed(row.text), *_bracketed(column.text)):
            found = unit_named(text.strip())
            if found:
                return found
        for text in (*column.parents, *row.parents):
            for inner in _bracketed(text):
                if unit := unit_named(inner):
                    return unit
        printed = UNIT_LINE.search(self.caption)
        choices = _units_of(re.split("[、/,]", printed[1])) if printed else []
        if not choices:
            choices = _units_of(_bracketed(self.caption))
        if len(choices) == 1:
            return choices[0]
        return self._unit_of_metric(row, column, choices) or _unit_for(f"{row.path} {column.path}", choices)

    def _unit_of_change(self, row: Header, column: Header) -> Unit | None:
        """Changes are told in percent, unless the head prints another unit; None where it says that it gives amounts.

        Amounts are in the unit of the levels that are compared.
        """
        for header in (row, column):
            if compares(header.path):
                printed = next(iter(_units_of(_bracketed(header.text))), None)
                return printed or (None if tells_amount(header.path) else units()["%"])
        return units()["%"]

    def _unit_of_metric(self, row: Header, column: Header, choices: list[Unit]) -> Unit | None:
        """Of several units in a caption the one that a header ends in (份数), or that can count what a header names.

        Of the latter the one whose label is the longest.
        """
        ends = tuple(label_core(header.text) for header in (row, column))
        told = [unit for unit in choices if any(end.endswith(f"{unit.word}{NUMBER}") for end in ends)]
        if len(told) == 1:
            return told[0]
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
        """The year that column, row, caption or page tell, less what 上年 and the like in a header say."""
        levels = [*column.parents, column.text, *row.parents, row.text]
        offset = next(
            (told for level in levels if not YEAR.search(level) and (told := year_offset(plain_core(level)))), 0
        )
        year, basis = self._told_year(row, column, is_last=bool(offset))
        return (year + offset if year is not None else None), basis

    def _told_year(self, row: Header, column: Header, *, is_last: bool) -> tuple[int | None, str]:
        for basis, text in (("column", column.path), ("row", row.path)):
            found = YEAR.findall(text)
            if found:
                return int(found[0 if compares(text) else -1]), basis
        lines = VOLUME.sub("", self.caption).split("\n")[::-1]
        for pattern in (TOLD_YEAR, YEAR):
            told = next((found for line in lines if (found := pattern.findall(line))), None)
            if told:
                return int(told[-1 if is_last else 0]), "caption"
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
        if len(name) < 2:
            return None
        if name in _places_without_code():
            return Place(None, _places_without_code()[name], "table")
        own = self.places.page_place.region
        index = self.places.names.index
        is_everyday = name in words()["no_place"]
        region = index.resolve(name, year, within=own.name) if own else None
        region = region if region or is_everyday else index.resolve(name, year)
        is_area = AREA.match(name) and not name.startswith("全") and "直" not in name and not only_breakdown(name)
        if region is None and is_area:
            return Place(None, name, "table")
        return Place(region.ref_area, region.name, "table", region) if region else None

    def _meaning(self, row: Header, column: Header, quantity: Quantity) -> Meaning | None:
        is_divided = only_breakdown(row.text) and not only_breakdown(column.text)
        for header, other in ((column, row), (row, column)) if is_divided else ((row, column), (column, row)):
            meaning = self._of_header(header, quantity)
            if meaning is not None:
                return self._with_other(meaning, without_years(other))
        return None

    def _with_other(self, meaning: Meaning, other: Header) -> Meaning | None:
        """The crossing header may add a breakdown (a column 女); one that says something unknown unmaps the cell."""
        core = label_core(other.text)
        if core in words()["table_total"] and other.parents:
            return self._with_other(meaning, _above(other))
        if not core or core in words()["table_total"] or AREA.search(core) or self._named_place(other.text, None):
            return meaning
        added = _announced(other.text, meaning.codes)
        if only_breakdown(other.text) and added:
            return Meaning(meaning.codes, added | meaning.breakdown, meaning.rule, meaning.label)
        if core.startswith(words()["table_own_level"]):
            return meaning
        if unit_named(core) is not None:
            return self._with_other(meaning, _above(other)) if other.parents else meaning
        says_nothing = not _without_fillers(core) or is_year_head(core)
        return meaning if says_nothing else None

    def _of_header(self, header: Header, quantity: Quantity) -> Meaning | None:
        """The metric that a header names, alone or as a part of its parent."""
        if self._is_of_other_body(header):
            return None
        header = without_years(header)
        if label_core(header.text) in words()["new_ones"]:
            return self._new_of_previous(header, quantity)
        own, text, parents = self._own_label(header, quantity)
        meaning = _meaning_of(own, text, "table_label") if own is not None else None
        is_breakdown = only_breakdown(header.text)
        if meaning is not None and not is_breakdown:
            return _of_contracts_before(_within(meaning, parents), header)
        of_parent = self._of_parents(header, quantity, is_breakdown)
        return of_parent or (None if begins_part(header.text) else meaning)

    def _is_of_other_body(self, header: Header) -> bool:
        """The header, or the last line of the caption that names a body, speaks of another body than the union."""
        levels = (*header.parents, header.text)
        if any(names_other_body(text) for text in levels):
            return True
        is_named = any(word in text for text in levels for word in words()["union_body"])
        return self.is_of_other and not is_named

    def _own_label(self, header: Header, quantity: Quantity) -> tuple[Occurrence | None, str, tuple[str, ...]]:
        """The label of a header, alone or joined to the heads above it, its text, and the heads left above it.

        A head is printed on several lines (建立职代, 会制度的, 单位数), or completes what stands below it (工会干部
        over 专职).
        """
        near = " ".join((*header.parents, header.before))
        own = best_label(header.text, quantity, self.context, near, self.caption)
        is_complete = own is not None and (bool(own.label.metrics) or own.weight == len(label_core(header.text)))
        if is_complete or not header.parents or only_breakdown(header.text) or not label_core(header.text):
            return own, header.text, header.parents
        most = 1 if begins_part(header.text) else min(len(header.parents), MOST_LINES)
        for count in range(1, most + 1):
            if label_core(header.parents[-count]) in words()["table_total"]:
                break
            parts = [label_core(text) for text in (*header.parents[-count:], header.text)]
            for text in ("".join(parts), "".join((parts[-1], *parts[:-1]))):
                joined = best_label(text, quantity, self.context, near, self.caption)
                if joined is not None and joined.weight > max(map(len, parts)):
                    return joined, text, header.parents[:-count]
        return own, header.text, header.parents

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
        around = tuple(parent for parent in header.parents if only_breakdown(parent))
        for parent in reversed(header.parents):
            above = best_label(parent, quantity, self.context) if parent not in around else None
            if above is None:
                continue
            meaning = _within(_meaning_of(above, parent, "table_part"), around)
            announced = _announced(header.text, meaning.codes) if meaning else {}
            if meaning is not None and announced and is_breakdown:
                return Meaning(meaning.codes, meaning.breakdown | announced, "table_part", above)
            return meaning if label_core(header.text) in words()["table_total"] and not is_breakdown else None
        return None

    def _claim(self, reading: _CellReading, code: str | None) -> Claim:
        cell, quantity, meaning, place = reading.cell, reading.quantity, reading.meaning, reading.place
        row, column = reading.row, reading.column
        breakdown = dict(sorted((meaning.breakdown if meaning else {}).items()))
        if code is not None:
            code, breakdown = metric_of_part(code, breakdown)
        statistic = metrics()[code].statistic if code else None
        printed = quantity.unit.unit_code if quantity.unit else None
        unit_code = meaning.label.term.unit_code(quantity.unit) if meaning else printed
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
            reporting_scope="own_level" if _is_own_level(reading) else "all_levels",
            statistic=statistic,
            change_kind=_change_kind(reading),
            base_text=None,
            is_floor_language=False,
            is_target=False,
            extractor_version=self.version,
            rule=meaning.rule if meaning else "unmapped",
            phrase=f"{row.path} × {column.path}",
            breakdown=breakdown,
        )


@lru_cache(maxsize=1)
def _places_without_code() -> dict[str, str]:
    """Names of places that stand among regions in tables, with what they are called in full."""
    return {name: full for name, _, full in (item.partition(":") for item in words()["table_place"])}


def _is_own_level(reading: _CellReading) -> bool:
    """The row is of the unions directly under the federation (市直, 产业工会) and not of all in its region."""
    core = label_core(reading.row.text)
    is_metric = reading.meaning is not None and reading.meaning.label.label.text in core
    is_place = reading.place.basis == "table"
    return not (is_metric or is_place) and core.startswith(words()["table_own_level"])


def _change_kind(reading: _CellReading) -> str:
    """A level, or a change against the year before in percent or in numbers."""
    if not reading.is_change:
        return "level"
    return "yoy_pct" if reading.quantity.dimension == "percent" else "yoy_abs"


def _unit_for(headers: str, choices: list[Unit]) -> Unit | None:
    """Of several units in a caption (单位:个、万人) the one whose kind the headers name; None when that is open."""
    kinds = [kind for kind in ("money", "person") if any(word in headers for word in words()[f"{kind}_noun"])] or [
        "count"
    ]
    fitting = [unit for unit in choices if unit.dimension in (kinds[0], f"{kinds[0]}_time")]
    return fitting[0] if len(fitting) == 1 else None


def _above(header: Header) -> Header:
    """The header above one that only tells the measure word: 给付 over 人次."""
    return replace(header, text=header.parents[-1], parents=header.parents[:-1])


def _units_of(names: Iterable[str]) -> list[Unit]:
    return [unit for name in names if (unit := unit_named(name))]


def _label_weight(text: str, unit: Unit, context: str) -> int:
    """How much of a header the best label covers that can be counted in `unit`; 0 when none can."""
    numeral = read_arabic("1", "", "", "")
    probe = Quantity(0, 0, 0, None, None, None, "EQ", unit, unit.word, numeral, unit.dimension)
    best = best_label(text, probe, context)
    return best.weight if best else 0


def _bracketed(text: str) -> Iterator[str]:
    return (inner.removeprefix("单位:").strip() for inner in BRACKETED.findall(text))


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
        for item in table_label_index().find(core)
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
    if item.term.unit_code(quantity.unit) is None:
        return False
    if any(word.lstrip("~-") in (core[item.end :] if word[0] == "-" else around) for word in label.refuses):
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
    rest = _without_label(text, item)
    for inner in _bracketed(text):
        if only_breakdown(inner) and not begins_part(inner):
            rest += inner
    around = breakdown_of(_without_base(rest) if item.term.is_share else rest, codes, in_table=True)
    return Meaning(codes, around | fixed | item.label.breakdown, rule, item)


def _within(meaning: Meaning, parents: tuple[str, ...]) -> Meaning | None:
    """What a header means below heads of parts (企业 over 会员人数); None where the metric has no such part."""
    breakdown = dict(meaning.breakdown)
    for parent in parents:
        announced = _announced(parent, meaning.codes) if only_breakdown(parent) else {}
        if only_breakdown(parent) and not announced and _divides_tables(parent):
            return None
        breakdown = announced | breakdown
    return Meaning(meaning.codes, breakdown, meaning.rule, meaning.label)


def _of_contracts_before(meaning: Meaning | None, header: Header) -> Meaning | None:
    """覆盖职工 below 工资专项集体合同: those whom the contracts of this kind cover."""
    if meaning is None or CONTRACT_COVERAGE.isdisjoint(meaning.codes) or CONTRACT_TYPE in meaning.breakdown:
        return meaning
    if not meaning.label.label.text.startswith(words()["carried_verb"]):
        return meaning
    above = (label_core(text) for text in (*header.before.split(BEFORE)[::-1], *header.parents[::-1]))
    contracts = next((core for core in above if any(word in core for word in words()["contract_noun"])), "")
    kind = {
        key: value
        for key, value in breakdown_of(contracts, (CONTRACTS,), in_table=True).items()
        if key == CONTRACT_TYPE
    }
    return Meaning(meaning.codes, kind | meaning.breakdown, meaning.rule, meaning.label)


def _divides_tables(text: str) -> bool:
    """The header names a part by which tables are divided, such as 企业 or 采矿业."""
    core = label_core(text)
    return category_of(core) is not None or any(
        item.where == "table" and item.word in core for item in breakdown_words()
    )


def _announced(text: str, codes: tuple[str, ...]) -> dict[str, str]:
    """The breakdown that a header announces for metrics that have it; a category is all that its header says."""
    core = label_core(text)
    category = category_of(core)
    if category is None:
        return breakdown_of(core, codes, in_table=True)
    has_it = any(category.dimension in metrics()[metrics()[code].canonical_code].breakdowns for code in codes)
    return {category.dimension: category.value} if has_it else {}


def _without_base(text: str) -> str:
    """The head of a rate without the words that name what it is a share of: 已建工会企业."""
    for word in words()["rate_base"]:
        text = text.replace(word, "")
    return text


def _without_label(text: str, item: Occurrence) -> str:
    """A header without its label, whose own words announce nothing more."""
    rest = label_core(text)
    for word in words()["table_no_part"]:
        rest = rest.replace(word, "")
    return rest.replace(item.label.text, "")
