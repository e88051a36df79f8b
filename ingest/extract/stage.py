"""The extract stage: the frame of pages to the frame of claims, and damaged numbers to quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import polars as pl

from ingest.extract.page import place_page, read_page
from ingest.extract.prose import Damage
from ingest.records import Claim, Context, Page
from ingest.schemas import Claims, Quarantine, typed_frame


def extract_pages(pages: Iterable[Page], source_id: str, region_name: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims of all pages of one source.

    `region_name` is the catalogue's region, used where a page does not name its own. Returns a frame of
    `schemas.Claims` (not yet validated) and one of `schemas.Quarantine` with the damaged numbers.
    """
    rows: list[dict[str, object]] = []
    rejected: list[dict[str, object]] = []
    for page in pages:
        claims, damages = read_page(page, Context(region_name=region_name, source_id=source_id))
        rows += [claim_row(claim, source_id) for claim in claims]
        rejected += [_damage_row(damage, page, source_id) for damage in damages]
    return typed_frame(Claims, rows), typed_frame(Quarantine, rejected)


def place_pages(pages: pl.DataFrame, records: Iterable[Page], region_name: str | None) -> pl.DataFrame:
    """The frame of pages with region and reference year filled in; `records` are the same pages in order."""
    context = Context(region_name=region_name)
    placings = [asdict(place_page(page, context)) for page in records]
    columns = ["region_name", "ref_area", "reference_year", "reference_year_basis"]
    schema = {name: pages.schema[name] for name in columns}
    return pages.with_columns(pl.DataFrame(placings, schema=schema).get_columns())


def claim_row(claim: Claim, source_id: str) -> dict[str, object]:
    """A claim as a row of `schemas.Claims`; the breakdown as canonical text."""
    row: dict[str, object] = asdict(claim)
    row["source_id"] = source_id
    row["breakdown"] = ";".join(f"{key}={value}" for key, value in sorted(claim.breakdown.items()))
    return row


def _damage_row(damage: Damage, page: Page, source_id: str) -> dict[str, object]:
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
