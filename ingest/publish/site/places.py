"""The pages of regions and metrics: the published values as pictures and tables, each with its evidence.

Belongs here: which values stand together on a page. Does not belong here: which value is published (dbt), or how a
picture is drawn (`charts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from ingest.publish.site.charts import ChartStore, Point, Series
from ingest.publish.site.render import english, value_text
from ingest.publish.site.shared import Site, file_name, year_ranges
from ingest.publish.site.tables import Row

REGIONS_AT_ONCE = 40
FEWEST_IN_TOTAL, FEWEST_IN_BREAKDOWN = 2, 3
LEVELS = ("nation", "province", "prefecture", "county", "unknown")
ABSENCES = ("page_silent", "page_not_fetched", "region_did_not_exist")

FACTS = """
    SELECT
        fact.observation_id, fact.metric_code, fact.region_id, fact.region_name, fact.region_level, fact.ref_area,
        fact.ref_year, fact.breakdown, fact.reporting_scope, fact.period_group, fact.unit_code, fact.obs_value,
        fact.value_low, fact.value_high, fact.qualifier, fact.obs_status, fact.n_independent_works,
        fact.has_conflict, fact.is_target, fact.is_floor_language, fact.is_cumulative, fact.is_provisional,
        fact.chosen_claim_id, claim.page_id, series.observation_id IS NOT NULL AS is_in_series,
        coalesce(series.is_registered_break OR series.is_detected_break, false) AS is_broken,
        coalesce(series.segment_number, 0) AS segment_number, series.change_pct, series.change_pp
    FROM fct_union_metrics AS fact
    LEFT JOIN (SELECT DISTINCT claim_id, page_id FROM fct_union_claims WHERE is_current) AS claim
        ON claim.claim_id = fact.chosen_claim_id
    LEFT JOIN mart_metric_series AS series ON series.observation_id = fact.observation_id
"""
ORDER = "breakdown, reporting_scope, period_group, ref_year, observation_id"


def write_regions(site: Site, charts: ChartStore) -> None:
    """A page for each region that anything is said of, some at a time so that their pictures are drawn together."""
    versions = defaultdict(list)
    for row in site.tables.rows("SELECT * FROM dim_region ORDER BY region_id, valid_from"):
        if row["region_id"] in site.region_ids:
            versions[row["region_id"]].append(row)
    breaks = _breaks_by(site, "region_id")
    absences = _absences(site)
    met: set[str] = set()
    batch: list[tuple[str, list[Row]]] = []
    for region_id, rows in site.tables.grouped(f"{FACTS} ORDER BY fact.region_id, metric_code, {ORDER}", "region_id"):
        met.add(region_id)
        batch.append((region_id, rows))
        if len(batch) == REGIONS_AT_ONCE:
            _write_batch(site, charts, batch, versions, breaks, absences)
            batch = []
    batch.extend((region_id, []) for region_id in sorted(site.region_ids - met))
    _write_batch(site, charts, batch, versions, breaks, absences)


def _write_batch(
    site: Site,
    charts: ChartStore,
    batch: Sequence[tuple[str, list[Row]]],
    versions: dict[str, list[Row]],
    breaks: dict[str, list[Row]],
    absences: dict[str, list[tuple[str, str]]],
) -> None:
    made = [(region_id, rows, _blocks(site, rows, breaks[region_id])) for region_id, rows in batch]
    wanted = [chart for _, _, blocks in made for block in blocks for chart in block["charts"]]
    for chart, picture in zip(wanted, charts.pictures([chart["series"] for chart in wanted]), strict=True):
        chart["svg"] = _trusted(picture)
    for region_id, rows, blocks in made:
        known = versions[region_id]
        region = next((row for row in known if row["is_latest"]), None) or _nameless(region_id, rows)
        site.write(
            f"regions/{file_name(region_id)}.html",
            "region.html",
            region=region,
            versions=known,
            has_parent=region["parent_region_id"] in site.region_ids,
            n_observations=len(rows),
            absences=absences[region_id],
            blocks=blocks,
            has_charts=any(block["charts"] for block in blocks),
        )


def _trusted(picture: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415 - beside the one place where markup is not escaped

    # drawn by this package from numbers and its own words; the drawing library escapes text
    return Markup(picture)  # noqa: S704


def _nameless(region_id: str, rows: list[Row]) -> Row:
    empty = dict.fromkeys(("pinyin", "ref_area", "iso_3166_2", "parent_region_id", "parent_name"))
    return {**empty, "region_id": region_id, "region_name": rows[0]["region_name"] if rows else region_id}


def _blocks(site: Site, rows: list[Row], breaks: list[Row]) -> list[dict[str, Any]]:
    """A region's values by metric, headline metrics first, with what is drawn of them."""
    blocks = []
    seen_years: set[int] = set()
    by_metric = {code: list(found) for code, found in groupby(rows, key=lambda row: row["metric_code"])}
    for code in sorted(by_metric, key=lambda code: (*_metric_rank(site, code), -len(by_metric[code]), code)):
        found = sorted(by_metric[code], key=_row_rank)
        about = [row for row in breaks if row["metric_code"] == code]
        shown = []
        for row in found:
            year = row["ref_year"]
            anchor = f"y-{year}" if year is not None and year not in seen_years else None
            seen_years.add(year)
            shown.append({**row, "breakdown_text": site.breakdown_text(row["breakdown"]), "anchor": anchor})
        blocks.append({
            "metric_code": code,
            "name_zh": site.metric_name(code, "zh"),
            "name_en": site.metric_name(code, "en"),
            "rows": shown,
            "breaks": about,
            "charts": _charts(site, code, shown, about),
        })  # fmt: skip
    return blocks


def _metric_rank(site: Site, code: str) -> tuple[bool, int]:
    metric = site.metrics.get(code)
    return (not metric["is_headline"], metric["tier"]) if metric else (True, 9)


def _row_rank(row: Row) -> tuple[Any, ...]:
    in_first_table = row["is_in_series"] and not row["breakdown"]
    return (not in_first_table, row["breakdown"], row["reporting_scope"], row["period_group"], row["ref_year"] or 0,
            row["observation_id"])  # fmt: skip


def _charts(site: Site, code: str, rows: list[Row], breaks: list[Row]) -> list[dict[str, Any]]:
    """What is drawn: the totals when there are two or more, breakdowns when there are three or more."""
    found = []
    plotted = [row for row in rows if row["is_in_series"]]
    for breakdown, group in groupby(plotted, key=lambda row: row["breakdown"]):
        members = sorted(group, key=lambda row: row["ref_year"])
        if len(members) < (FEWEST_IN_BREAKDOWN if breakdown else FEWEST_IN_TOTAL):
            continue
        years = [row["break_year"] for row in breaks if not breakdown or row["break_kind"] == "registered"]
        series = series_of(members, years)
        caption = site.breakdown_text(breakdown) or english("total")
        name = f"{site.metric_name(code, 'zh')} {site.metric_name(code, 'en')}"
        found.append(
            {"series": series, "caption": caption, "described": _described(f"{name}, {caption}", members, series)}
        )
    return found


def series_of(rows: Sequence[Row], break_years: Iterable[int]) -> Series:
    """A series as it is drawn. A break counts when values stand on both of its sides."""
    years = [row["ref_year"] for row in rows]
    flagged = (row["ref_year"] for row in rows if row["is_broken"])
    inside = sorted({year for year in (*break_years, *flagged) if min(years) < year <= max(years)})
    return {
        "points": [
            Point(
                year=row["ref_year"],
                value=row["obs_value"],
                low=row["value_low"],
                high=row["value_high"],
                qualifier=row["qualifier"],
                is_unreliable=row["obs_status"] == "U",
                segment=sum(year <= row["ref_year"] for year in inside),
            )
            for row in rows
        ],
        "breaks": inside,
        "break_label": english("break_here"),
        "is_percent": rows[0]["unit_code"] == "percent",
    }


def _described(name: str, rows: Sequence[Row], series: Series) -> str:
    """A picture in words, for those who do not see it."""
    values = "; ".join(f"{row['ref_year']}: {value_text(row)}" for row in rows)
    broken = f". {english('break_here')}: {', '.join(map(str, series['breaks']))}" if series["breaks"] else ""
    return f"{name}. {values}{broken}"


def _breaks_by(site: Site, key: str) -> dict[str, list[Row]]:
    found = defaultdict(list)
    sql = """
        SELECT DISTINCT metric_code, region_id, break_year, break_kind, observed, likely_reason
        FROM rpt_series_breaks ORDER BY ALL
    """
    for row in site.tables.rows(sql):
        found[row[key]].append(row)
    return found


def _absences(site: Site) -> dict[str, list[tuple[str, str]]]:
    """By region, the years of which nothing is published, by reason."""
    sql = """
        SELECT region_id, coverage, list(ref_year ORDER BY ref_year) AS years FROM (
            SELECT region_id, ref_year,
                CASE WHEN bool_or(coverage = 'stated') THEN 'stated'
                     WHEN bool_or(coverage = 'page_silent') THEN 'page_silent'
                     WHEN bool_or(coverage = 'page_not_fetched') THEN 'page_not_fetched'
                     WHEN bool_or(coverage = 'region_did_not_exist') THEN 'region_did_not_exist'
                     ELSE 'no_volume_known' END AS coverage
            FROM rpt_coverage GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL
    """
    found = defaultdict(list)
    for row in site.tables.rows(sql):
        if row["coverage"] in ABSENCES:
            found[row["region_id"]].append((row["coverage"], year_ranges(row["years"])))
    return found


def write_metrics(site: Site) -> None:
    """A page for each metric of the vocabulary, aliases included."""
    breaks = _breaks_by(site, "metric_code")
    names = {
        row["region_id"]: row["region_name"]
        for row in site.tables.rows("SELECT region_id, region_name FROM dim_region WHERE is_latest")
    }
    aliases = defaultdict(list)
    for metric in site.metrics.values():
        if not metric["is_canonical"]:
            aliases[metric["canonical_code"]].append(metric)
    wording = metric_wording()
    met: set[str] = set()
    for code, rows in site.tables.grouped(f"{FACTS} ORDER BY metric_code, ref_area, region_id, {ORDER}", "metric_code"):
        met.add(code)
        if code in site.metrics:
            _write_metric(site, code, rows, breaks[code], names, aliases[code], wording)
    for code in sorted(set(site.metrics) - met):
        _write_metric(site, code, [], breaks[code], names, aliases[code], wording)


def metric_wording() -> dict[str, list[str]]:
    """The labels by which the sources name each metric, out of the vocabulary."""
    from ingest.vocabulary.frame import metrics_frame  # noqa: PLC0415

    rows = metrics_frame().select("metric_code", "labels_zh").iter_rows()
    return {code: [label for label in labels.split("|") if label] for code, labels in rows}


def _write_metric(
    site: Site,
    code: str,
    rows: list[Row],
    breaks: list[Row],
    names: dict[str, str],
    aliases: list[Row],
    wording: dict[str, list[str]],
) -> None:
    totals = [row for row in rows if row["is_in_series"] and not row["breakdown"]]
    in_matrix = {row["observation_id"] for row in totals}
    others = [
        {**row, "breakdown_text": site.breakdown_text(row["breakdown"])}
        for row in sorted(rows, key=lambda row: (_level(row), row["ref_area"] or "", row["region_id"], *_row_rank(row)))
        if row["observation_id"] not in in_matrix
    ]
    site.write(
        f"metrics/{file_name(code)}.html",
        "metric.html",
        metric=site.metrics[code],
        labels=wording.get(code, []),
        aliases=aliases,
        breaks=[
            {
                **row,
                "region_name": names.get(row["region_id"], row["region_id"]),
                "has_page": row["region_id"] in site.region_ids,
            }
            for row in breaks
        ],
        matrix=_matrix(totals),
        others=others,
    )


def _matrix(rows: list[Row]) -> dict[str, Any]:
    """Regions by years: the totals of the published series."""
    years = sorted({row["ref_year"] for row in rows})
    by_region: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (_level(row), row["ref_area"] or "", row["region_id"])):
        by_region[row["region_id"]][row["ref_year"]] = row
    made = [
        {
            "region_id": region_id,
            "region_name": next(reversed(cells.values()))["region_name"],
            "cells": [cells.get(year) for year in years],
        }
        for region_id, cells in by_region.items()
    ]
    return {"years": years, "rows": made, "has_breaks": any(row["is_broken"] for row in rows)}


def _level(row: Row) -> int:
    return LEVELS.index(row["region_level"]) if row["region_level"] in LEVELS else len(LEVELS)
