"""The records that stages hand to each other in memory: a page, its sections, its tables, a claim.

Belongs here: plain frozen data without behaviour. The same shapes as columns of a frame stand in
`ingest.schemas`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """Where the newest body of a page lies in the archive, and what the list pages said about the page."""

    url: str
    body_sha256: str
    volume_year: int | None
    title: str | None
    warc_file: str
    warc_offset: int


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the page text under one heading; `duplicate_of` is the index of the section it repeats."""

    heading: str
    char_start: int
    char_end: int
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed table cell. A span of several grid places keeps the place of its upper left corner."""

    row: int
    col: int
    row_span: int
    col_span: int
    text: str
    char_start: int
    char_end: int
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table: its cells and the lines about it. Offsets are into the page text."""

    caption: str
    note: str
    cells: tuple[Cell, ...]
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page as text with structure. All offsets index `text`, end exclusive."""

    page_id: str
    url: str
    body_sha256: str
    text: str
    text_sha256: str
    title: str
    breadcrumb: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    volume_year: int | None = None
    published_on: str | None = None
    published_on_basis: str | None = None
    contributor: str | None = None
    charset_declared: str | None = None
    charset_used: str = "utf-8"
    replacement_chars: int = 0
    duplicate_spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Fallbacks and hints from outside the page: the catalogue's region, a volume year, a given year."""

    region_name: str | None = None
    reference_year: int | None = None
    volume_year: int | None = None
    source_id: str = ""


@dataclass(slots=True)
class Claim:
    """One value stated for one metric cell by one passage. Values are in base units (570.8万 -> 5708000)."""

    claim_id: str
    page_id: str
    url: str
    body_sha256: str
    section: str
    char_start: int
    char_end: int
    table_cell: str | None
    raw_span: str
    sentence: str
    metric_code: str | None
    obs_value: float | None
    value_low: float | None
    value_high: float | None
    qualifier: str
    unit_code: str | None
    unit_raw: str
    ref_area: str | None
    ref_area_name: str | None
    ref_year: int | None
    period_type: str
    year_basis: str
    region_basis: str
    reporting_scope: str
    statistic: str | None
    change_kind: str
    base_text: str | None
    is_floor_language: bool
    is_target: bool
    extractor_version: str
    rule: str
    phrase: str
    note: str | None = None
    breakdown: dict[str, str] = field(default_factory=dict)
