"""The pages of the sources: a page's text with every claim marked at its exact characters.

Belongs here: joining texts and claims, stream beside stream. Does not belong here: cutting the text (`spans`) or how
it looks (`templates/page.html`). A page whose text is no longer stored keeps its address, so that claims read from
it once are still found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import polars as pl

from ingest.publish.site.shared import MINUTES, InOrder, Site, file_name
from ingest.publish.site.spans import Cutter, Line, Section, Span, layout
from ingest.publish.site.tables import Row, SiteError

Texts = Callable[[], Iterable[pl.DataFrame]]  # the stored pages, part by part, in the same order at every call

CLAIMS = f"""
    SELECT
        claim.* EXCLUDE (retracted_at),
        strftime(claim.retracted_at, {MINUTES}) AS retracted_at,
        fact.rule_applied,
        fact.observation_id IS NOT NULL AS is_published
    FROM fct_union_claims AS claim
    LEFT JOIN (SELECT observation_id, rule_applied FROM fct_union_metrics) AS fact USING (observation_id)
"""  # noqa: S608 (a constant format)
PAGES = f"""
    SELECT page.* EXCLUDE (fetched_at), strftime(page.fetched_at, {MINUTES}) AS fetched_at, work.series_title
    FROM dim_page AS page LEFT JOIN dim_work AS work USING (work_id)
"""  # noqa: S608 (a constant format)


def write_evidence(site: Site, texts: Texts) -> None:
    """Write a page for each stored text, and for each page that has claims but no text any more."""
    tables = site.tables
    tables.remember_order("reading_order", (page_id for part in texts() for page_id in part["page_id"]))
    ordered = "SELECT * FROM ({}) JOIN reading_order USING (page_id) ORDER BY place{}"
    claims = InOrder(
        tables.rows(ordered.format(CLAIMS, ", char_start, char_end, claim_id, is_current, asserted_at")), "place"
    )
    pages = InOrder(tables.rows(ordered.format(PAGES, "")), "place")
    place = 0
    for part in texts():
        for text_page in part.iter_rows(named=True):
            known = pages.take(place)
            found = claims.take(place)
            if any(row["page_id"] != text_page["page_id"] for row in found):
                raise SiteError("the stored pages changed while the site was built: build it again.")
            _write(site, {**(known[0] if known else {}), **text_page}, text_page, found)
            place += 1
    _write_without_text(site)


def _write_without_text(site: Site) -> None:
    lost = "SELECT * FROM ({}) WHERE page_id NOT IN (SELECT page_id FROM reading_order) ORDER BY page_id{}"
    claims = site.tables.grouped(lost.format(CLAIMS, ", char_start, claim_id, is_current, asserted_at"), "page_id")
    pages = {row["page_id"]: row for row in site.tables.rows(lost.format(PAGES, ""))}
    for page_id, rows in claims:
        known = pages.pop(page_id, None)
        about = known or {name: rows[0][name] for name in ("page_id", "url", "body_sha256")}
        _write(site, about, None, rows)
    for page in pages.values():
        _write(site, page, None, [])


def _write(site: Site, about: Row, text_page: Row | None, versions: list[Row]) -> None:
    # of several versions of a claim the current one, else the newest, comes last
    claims = list({row["claim_id"]: row for row in sorted(versions, key=_by_currency)}.values())
    claims.sort(key=lambda row: (row["char_start"], -row["char_end"], row["claim_id"]))
    current = [row for row in claims if row["is_current"]]
    sections, placed = _laid_out(text_page, current)
    site.write(
        f"pages/{file_name(about['page_id'])}.html",
        "page.html",
        page=_about(about),
        sections=sections,
        claims=[_claim(site, row, row["claim_id"] in placed, text_page is not None) for row in current],
        retracted=[_claim(site, row, is_placed=False, has_text=False) for row in claims if not row["is_current"]],
        n_mapped=sum(row["metric_code"] is not None for row in current),
        n_unmapped=sum(row["metric_code"] is None for row in current),
    )


def _by_currency(row: Row) -> tuple[bool, Any]:
    return row["is_current"], row["asserted_at"]


def _laid_out(page: Row | None, claims: list[Row]) -> tuple[list[dict[str, Any]] | None, set[str]]:
    """The sections of a page, and the claims that stand in them; a claim whose characters differ has no place."""
    if page is None:
        return None, set()
    text = page["text"]
    spans = [
        Span(row["claim_id"], row["char_start"], row["char_end"], "mapped" if row["metric_code"] else "unmapped")
        for row in claims
        if text[row["char_start"] : row["char_end"]] == row["raw_span"]
    ]
    repeated = [(span["char_start"], span["char_end"]) for span in page["duplicate_spans"] or ()]
    cutter = Cutter(text, spans, repeated)
    return [_titled(section) for section in layout(page, cutter)], cutter.placed


def _titled(section: Section) -> dict[str, Any]:
    """A section for the template: its first line is its title when it holds the heading."""
    blocks, title = section.blocks, None
    first = blocks[0]
    if section.heading and section.number > 0 and isinstance(first, Line):
        line = "".join(piece.text for piece in first.pieces)
        if "".join(section.heading.split()) in "".join(line.split()) and len(line) <= len(section.heading) + 20:
            title, blocks = first.pieces, blocks[1:]
    return {
        "number": section.number,
        "heading": section.heading,
        "duplicate_of": section.duplicate_of,
        "has_claims": section.has_claims,
        "title": title,
        "blocks": blocks,
    }


def _about(page: Row) -> Row:
    names = (
        "page_id", "url", "title", "region_name", "reference_year", "published_on", "contributor", "volume_year",
        "series_title", "body_sha256", "fetched_at", "is_gone",
    )  # fmt: skip
    work_id = page.get("work_id")
    return {name: page.get(name) for name in names} | {"work_file": work_file(work_id) if work_id else None}


def work_file(work_id: str) -> str:
    """The file of a work's list of pages: `source-volume.html`."""
    return f"{file_name(work_id.replace(':', '-'))}.html"


def _claim(site: Site, row: Row, is_placed: bool, has_text: bool) -> Row:
    return {
        **row,
        "name_zh": site.metric_name(row["metric_code"], "zh"),
        "name_en": site.metric_name(row["metric_code"], "en"),
        "breakdown_text": site.breakdown_text(row["breakdown"]),
        "has_region_page": row["region_id"] in site.region_ids,
        "is_placed": is_placed,
        "note_place": "not_placed" if has_text and not is_placed else None,
    }


def stored_texts(parts: Callable[[], Iterator[pl.DataFrame]]) -> Texts:
    """The pages of the lake without what no page of the site shows."""
    shown = ["page_id", "url", "title", "region_name", "reference_year", "volume_year", "published_on", "contributor",
             "body_sha256", "text", "sections", "tables", "duplicate_spans"]  # fmt: skip
    return lambda: (part.select(shown) for part in parts())
