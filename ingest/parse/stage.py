"""The parse stage: stored responses to the frame of pages, and what could not be parsed to quarantine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.parse.html import parse_html
from ingest.records import Cell, Page, Section, SnapshotRef, Table
from ingest.versions import PARSER_VERSION

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, object]
Body = tuple[bytes, str | None]
ReadBody = Callable[[str, int], Body]
MIN_TEXT = 2
MAX_CONTROL_SHARE = 0.02
ODD_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")


class UnreadablePageError(Exception):
    """A response that holds no text page; the message is the reason shown in quarantine."""


def page_id_of(url: str) -> str:
    """A page's durable id: sixteen hexadecimal digits of its canonical address."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def parse_snapshots(
    source_id: str, snapshots: Iterable[SnapshotRef], read_body: ReadBody, place: Callable[[Page], Row]
) -> tuple[list[Row], list[Row]]:
    """Parse the body of every snapshot of a source.

    `read_body(warc_file, warc_offset)` gives bytes and content type; `place` gives a page's region and reference
    year. Returns rows of `schemas.Pages` and of `schemas.Quarantine`. A page on which the parser itself fails is
    quarantined with the fault: whatever one page breaks must not stop its neighbours.
    """
    rows: list[Row] = []
    rejected: list[Row] = []
    for ref in snapshots:
        body, content_type = read_body(ref.warc_file, ref.warc_offset)
        try:
            page = replace(parse_snapshot(ref.url, body, content_type, ref.title), volume_year=ref.volume_year)
            row = page_row(page, source_id, ref.volume_year) | place(page)
        except UnreadablePageError as problem:
            rejected.append(quarantine_row(source_id, ref.url, str(problem)))
        except Exception as fault:  # noqa: BLE001 (see above; the fault is shown, not hidden)
            reason = f"the parser failed: {type(fault).__name__}: {fault}"
            rejected.append(quarantine_row(source_id, ref.url, reason) | {"check": "parser_held"})
        else:
            rows.append(row)
    return rows, rejected


def parse_snapshot(url: str, body: bytes, content_type: str | None, link_text: str | None) -> Page:
    """One page. Raises UnreadablePageError for an empty body and for bytes that are no text."""
    if not body.strip():
        raise UnreadablePageError("the body is empty")
    page = parse_html(body, url=url, page_id=page_id_of(url), content_type=content_type)
    if len(page.text.strip()) < MIN_TEXT:
        raise UnreadablePageError("the page holds no visible text")
    if is_noise(page.text):
        raise UnreadablePageError("the body is no text in any known charset")
    return page if page.title else replace(page, title=link_text or "")


def is_noise(text: str) -> bool:
    """Many control or lost characters: random bytes, a picture, an archive."""
    return len(ODD_CHARACTER.findall(text)) > len(text) * MAX_CONTROL_SHARE


def quarantine_row(source_id: str, url: str, reason: str) -> Row:
    """A quarantine row of this stage."""
    return {
        "source_id": source_id,
        "stage": "parse",
        "key": url,
        "url": url,
        "column": None,
        "check": "readable_page",
        "value": None,
        "reason": reason,
    }


def page_row(page: Page, source_id: str, volume_year: int | None) -> Row:
    """A page as a row of `schemas.Pages`.

    Region and reference year are told by `ingest.extract.stage.place`.
    """
    return {
        "page_id": page.page_id,
        "source_id": source_id,
        "url": page.url,
        "body_sha256": page.body_sha256,
        "text_sha256": page.text_sha256,
        "title": page.title,
        "breadcrumb": list(page.breadcrumb),
        "region_name": None,
        "ref_area": None,
        "volume_year": volume_year,
        "reference_year": None,
        "reference_year_basis": None,
        "published_on": page.published_on,
        "published_on_basis": page.published_on_basis,
        "contributor": page.contributor,
        "charset_declared": page.charset_declared,
        "charset_used": page.charset_used,
        "replacement_chars": page.replacement_chars,
        "parser_version": PARSER_VERSION,
        "text": page.text,
        "sections": [_fields(section) for section in page.sections],
        "tables": [_fields(table) | {"cells": [_fields(cell) for cell in table.cells]} for table in page.tables],
        "duplicate_spans": [{"char_start": start, "char_end": end} for start, end in page.duplicate_spans],
    }


def _fields(record: Section | Table | Cell) -> Row:
    return {name: getattr(record, name) for name in record.__slots__}


def pages_from(frame: pl.DataFrame) -> Iterable[Page]:
    """Page records from rows of `schemas.Pages`."""
    for row in frame.iter_rows(named=True):
        yield Page(
            page_id=row["page_id"],
            url=row["url"],
            body_sha256=row["body_sha256"],
            text=row["text"],
            text_sha256=row["text_sha256"],
            title=row["title"],
            breadcrumb=tuple(row["breadcrumb"]),
            sections=tuple(Section(**section) for section in row["sections"]),
            tables=tuple(
                Table(
                    t["caption"], t["note"], tuple(Cell(**cell) for cell in t["cells"]), t["char_start"], t["char_end"]
                )
                for t in row["tables"]
            ),
            volume_year=row["volume_year"],
            published_on=row["published_on"],
            published_on_basis=row["published_on_basis"],
            contributor=row["contributor"],
            charset_declared=row["charset_declared"],
            charset_used=row["charset_used"],
            replacement_chars=row["replacement_chars"],
            duplicate_spans=tuple((span["char_start"], span["char_end"]) for span in row["duplicate_spans"]),
        )
