"""The extract stage: page records to rows of claims, and what could not be read to quarantine.

Belongs here: rows of `schemas.Claims`. Does not belong here: reading itself (`ingest.extract.page`), nor where rows
are stored (`ingest.engine`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from ingest.extract.page import place_page, read_page
from ingest.extract.prose import Damage
from ingest.records import Claim, Context, Page
from ingest.versions import extractor_version

Row = dict[str, object]


def extract_pages(pages: Iterable[Page], source_id: str, region_name: str | None) -> tuple[list[Row], list[Row]]:
    """Claims of pages of one source.

    `region_name` is the catalogue's region, used where a page does not name its own. Returns rows of
    `schemas.Claims` (not yet validated) and of `schemas.Quarantine`: damaged numbers, pages of which no number
    was mapped to a metric, and pages on which the reader itself failed.
    """
    rows: list[Row] = []
    rejected: list[Row] = []
    version = extractor_version()
    for page in pages:
        try:
            claims, damages = read_page(page, Context(region_name=region_name, source_id=source_id))
        except Exception as fault:  # noqa: BLE001 (whatever one page breaks must not stop its neighbours)
            rejected.append(_fault_row(fault, page, source_id))
            continue
        rows += [claim_row(claim, source_id, version) for claim in claims]
        rejected += [_damage_row(damage, page, source_id) for damage in damages]
        if not any(claim.metric_code for claim in claims):
            rejected.append(_silent_row(page, source_id))
    return rows, rejected


def place(page: Page, region_name: str | None) -> Row:
    """Region and reference year of a page, as columns of `schemas.Pages`."""
    return asdict(place_page(page, Context(region_name=region_name)))


def claim_row(claim: Claim, source_id: str, version: str) -> Row:
    """A claim as a row of `schemas.Claims`; the breakdown as canonical text."""
    row: Row = {name: getattr(claim, name) for name in Claim.__slots__}
    row["source_id"] = source_id
    row["extractor_version"] = version
    row["breakdown"] = ";".join(f"{key}={value}" for key, value in sorted(claim.breakdown.items()))
    return row


def _damage_row(damage: Damage, page: Page, source_id: str) -> Row:
    return {
        "source_id": source_id,
        "stage": "extract",
        "key": f"{page.page_id}:{damage.start}-{damage.end}",
        "url": page.url,
        "column": "raw_span",
        "check": "undamaged_number",
        "value": damage.sentence[:200],
        "reason": "a digit of this number is destroyed in the text",
    }


def _silent_row(page: Page, source_id: str) -> Row:
    """A page about something else, or in words unknown to us."""
    return _page_row(page, source_id, "states_union_figures", "no number on this page was mapped to a union metric")


def _fault_row(fault: Exception, page: Page, source_id: str) -> Row:
    return _page_row(page, source_id, "reader_held", f"the reader failed: {type(fault).__name__}: {fault}")


def _page_row(page: Page, source_id: str, check: str, reason: str) -> Row:
    """A quarantine row about a page as a whole."""
    return {
        "source_id": source_id,
        "stage": "extract",
        "key": page.page_id,
        "url": page.url,
        "column": None,
        "check": check,
        "value": page.title,
        "reason": reason,
    }
