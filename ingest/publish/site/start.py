"""The start page and the lists: coverage by region and year, the newest national figures, regions, metrics, works."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from ingest.publish.site.evidence import work_file
from ingest.publish.site.places import LEVELS
from ingest.publish.site.shared import MINUTES, Site
from ingest.publish.site.tables import Row

LONGEST_HEAT_MAP = 60  # regions; with more of them, the start page shows the nation and the provinces
SHADES = 4
FILLED = frozenset({"page_silent", "page_not_fetched"})  # why a year without values still has a column

TILES = (
    ("n_observations", "SELECT count(*) FROM fct_union_metrics"),
    ("n_claims", "SELECT count(*) FROM fct_union_claims WHERE is_current"),
    ("n_pages", "SELECT count(*) FROM dim_page"),
    ("n_regions", "SELECT count(DISTINCT region_id) FROM fct_union_metrics"),
    ("n_years", "SELECT count(DISTINCT ref_year) FROM fct_union_metrics"),
    ("n_unmapped", "SELECT count(*) FROM fct_union_claims WHERE is_current AND metric_code IS NULL"),
)
HEADLINES = """
    SELECT fact.*, metric.name_zh, metric.name_en, claim.page_id
    FROM fct_union_metrics AS fact
    JOIN dim_metric AS metric ON metric.metric_code = fact.metric_code AND metric.is_headline
    LEFT JOIN (SELECT DISTINCT claim_id, page_id FROM fct_union_claims WHERE is_current) AS claim
        ON claim.claim_id = fact.chosen_claim_id
    WHERE fact.region_level = 'nation' AND fact.breakdown = '' AND fact.is_trend AND NOT fact.is_cumulative
        AND NOT fact.is_target AND NOT fact.is_floor_language
    QUALIFY row_number() OVER (PARTITION BY fact.metric_code ORDER BY fact.ref_year DESC, fact.observation_id) = 1
    ORDER BY metric.tier, metric.theme, metric.metric_code
"""
REGIONS = """
    SELECT region_id, count(*) AS n_observations, min(ref_year) AS first_year, max(ref_year) AS last_year,
        arg_max(region_name, ref_year) AS region_name, arg_max(region_level, ref_year) AS region_level
    FROM fct_union_metrics GROUP BY region_id
"""
STATES = """
    SELECT region_id, ref_year, any_value(region_name) AS region_name,
        CASE WHEN bool_or(coverage = 'page_silent') THEN 'page_silent'
             WHEN bool_or(coverage = 'page_not_fetched') THEN 'page_not_fetched'
             WHEN bool_or(coverage = 'region_did_not_exist') THEN 'region_did_not_exist'
             ELSE 'no_volume_known' END AS state
    FROM rpt_coverage GROUP BY region_id, ref_year
"""
WORKS = """
    SELECT work.*, count(page.page_id) AS n_pages FROM dim_work AS work JOIN dim_page AS page USING (work_id)
    GROUP BY ALL ORDER BY work.series_title, work.source_id, work.volume_year DESC NULLS LAST, work.work_id
"""
PAGES_BY_WORK = """
    SELECT page.page_id, page.work_id, page.title, page.region_name, page.reference_year,
        coalesce(claim.n_claims, 0) AS n_claims
    FROM dim_page AS page
    LEFT JOIN (
        SELECT page_id, count(*) AS n_claims FROM fct_union_claims WHERE is_current GROUP BY page_id
    ) AS claim USING (page_id)
    ORDER BY work_id, page.title, page.page_id
"""


def write_start(site: Site) -> None:
    """The start page, and the lists that lead to every other page."""
    tables = site.tables
    regions = _regions(site)
    shown = regions
    if len(regions) > LONGEST_HEAT_MAP:
        shown = [row for row in regions if row["region_level"] in {"nation", "province"}]
    heat = heat_map(site, shown)
    as_of = list(tables.rows(f"SELECT strftime(max(asserted_at), {MINUTES}) AS as_of FROM fct_union_claims"))  # noqa: S608
    site.write(
        "index.html",
        "index.html",
        tiles=[(key, tables.number(sql)) for key, sql in TILES],
        as_of=as_of[0]["as_of"],
        heat=heat,
        n_more_regions=len(regions) - len(heat["rows"]),
        headlines=list(tables.rows(HEADLINES)),
    )
    by_level = [(level, [row for row in regions if row["region_level"] == level]) for level in LEVELS]
    site.write("regions.html", "regions.html", levels=[(level, rows) for level, rows in by_level if rows])
    _write_metric_list(site)
    _write_works(site)
    site.write("claim.html", "claim.html")


def _regions(site: Site) -> list[Row]:
    """All regions that have a page: from the nation down, by code."""
    counts = {row["region_id"]: row for row in site.tables.rows(REGIONS)}
    known = {
        row["region_id"]: row
        for row in site.tables.rows("SELECT * FROM dim_region WHERE is_latest ORDER BY region_id")
        if row["region_id"] in site.region_ids
    }
    found = []
    for region_id in sorted(site.region_ids):
        count, region = counts.get(region_id), known.get(region_id)
        level = (region or count or {}).get("region_level")
        found.append({
            "region_id": region_id,
            "region_name": (region or count or {}).get("region_name") or region_id,
            "region_level": level if level in LEVELS else LEVELS[-1],
            "ref_area": (region or {}).get("ref_area") or "",
            "parent_name": (region or {}).get("parent_name"),
            "n_observations": count["n_observations"] if count else 0,
            "first_year": count["first_year"] if count else None,
            "last_year": count["last_year"] if count else None,
        })  # fmt: skip
    return sorted(found, key=lambda row: (LEVELS.index(row["region_level"]), row["ref_area"], row["region_id"]))


def heat_map(site: Site, regions: list[Row]) -> dict[str, Any]:
    """Regions by years: how many metrics are published, else why none is. Runs of empty years are drawn together."""
    counts: dict[tuple[str, int], int] = {
        (row["region_id"], row["ref_year"]): row["n"]
        for row in site.tables.rows(
            "SELECT region_id, ref_year, count(DISTINCT metric_code) AS n FROM fct_union_metrics"
            " WHERE ref_year IS NOT NULL GROUP BY ALL"
        )
    }
    states = {(row["region_id"], row["ref_year"]): row["state"] for row in site.tables.rows(STATES)}
    ids = {row["region_id"] for row in regions}
    filled = {year for region_id, year in counts if region_id in ids}
    filled |= {
        year for (region_id, year), state in states.items()
        if region_id in ids and state in FILLED
    }  # fmt: skip
    largest = max(counts.values(), default=1)
    columns = _columns(filled)
    rows = []
    for region in regions:
        cells: list[dict[str, Any] | None] = []
        for column in columns:
            key = (region["region_id"], column["year"])
            n = counts.get(key, 0)
            level = math.ceil(SHADES * math.log1p(n) / math.log1p(largest)) if n else 0
            cells.append(
                None if column["gap"] else {"year": column["year"], "n": n, "level": level, "state": states.get(key)}
            )
        if any(cell and (cell["n"] or cell["state"] in FILLED) for cell in cells):
            rows.append({**region, "cells": cells})
    return {"columns": columns, "rows": rows}


def _columns(years: set[int]) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = []
    former: int | None = None
    for year in sorted(years):
        if former is not None and year > former + 1:
            first, last = former + 1, year - 1
            columns.append({"gap": True, "year": None, "label": f"{first}–{last}" if first < last else str(first)})
        columns.append({"gap": False, "year": year, "label": str(year)})
        former = year
    return columns


def _write_metric_list(site: Site) -> None:
    sql = "SELECT metric_code, count(*) AS n FROM fct_union_metrics GROUP BY metric_code"
    counts = {row["metric_code"]: row["n"] for row in site.tables.rows(sql)}
    themes: dict[str, list[Row]] = defaultdict(list)
    for code, metric in site.metrics.items():
        if metric["is_canonical"]:
            themes[metric["theme"]].append({**metric, "n_observations": counts.get(code, 0)})
    for metrics in themes.values():
        metrics.sort(key=lambda metric: (metric["tier"], -metric["n_observations"], metric["metric_code"]))
    site.write("metrics.html", "metrics.html", themes=sorted(themes.items()))


def _write_works(site: Site) -> None:
    works = [{**row, "file": work_file(row["work_id"])} for row in site.tables.rows(WORKS)]
    site.write("sources.html", "sources.html", works=works)
    by_id = {work["work_id"]: work for work in works}
    for work_id, pages in site.tables.grouped(PAGES_BY_WORK, "work_id"):
        if work_id in by_id:
            site.write(f"works/{by_id[work_id]['file']}", "work.html", work=by_id[work_id], pages=pages)
