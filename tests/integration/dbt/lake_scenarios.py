"""A small synthetic lake: one region and year per situation that the choosing rules must settle.

Every claim is written with `claim(...)`, which fills in what a scenario does not care about.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from ingest.lake import Lake
from ingest.regions import regions_frame
from ingest.schemas import FRAMES, typed_frame

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

WORKS = {
    "statistics": "statistical_yearbook",
    "yearbook": "comprehensive_yearbook",
    "report": "union_report",
    "news": "news",
}
METRICS = [
    # code, tier, unit, statistic, base
    ("union_members", 1, "person", "stock", None),
    ("grassroots_unions", 1, "organisation", "stock", None),
    ("employees_in_unionised_units", 1, "person", "stock", None),
    ("new_members", 1, "person", "flow", None),
    ("warmth_funds", 1, "yuan", "flow", None),
    ("warmth_households_visited", 2, "household", "flow", None),
    ("hardship_households_registered", 1, "household", "stock", None),
    ("hardship_households_aided", 2, "household", "flow", None),
    ("aid_coverage_rate", 2, "percent", "rate", "hardship_households_registered"),
    ("enterprises_with_union", 2, "enterprise", "stock", None),
    ("workers_congress_rate", 1, "percent", "rate", "enterprises_with_union"),
    ("job_seekers", 3, "person_time", "flow", None),
]
UNITS = {code: unit for code, _, unit, _, _ in METRICS}
STATISTICS = {code: statistic for code, _, _, statistic, _ in METRICS}
REGIONS = {
    "150000": "内蒙古自治区",
    "152300": "哲里木盟",
    "150500": "通辽市",
    "150100": "呼和浩特市",
    "320000": "江苏省",
    "440705": "新会区",
}

REPRINTED = "全年发展新会员12万人,其中农牧民工8万人,完成年度计划。"
EVENT = {"reporting_scope": "event", "period_type": "event"}


def claim(
    metric: str | None,
    value: float | None,
    region: str | None = "150000",
    year: int = 2017,
    source: str = "yearbook",
    volume: int | None = 2018,
    low: float | None = None,
    high: float | None = None,
    **more: object,
) -> dict[str, object]:
    """One claim. Without bounds the value is a plain integer that means itself."""
    name = more.pop("region_name", REGIONS.get(region or ""))
    sentence = more.pop("sentence", f"{name}{year}年{metric}为{value}。")
    page = f"{source}-{volume or 'none'}"
    identity = (page, sentence, metric, value, str(sorted(more.items(), key=str)))
    row: dict[str, object] = {
        "claim_id": hashlib.sha256(repr(identity).encode()).hexdigest()[:16],
        "source_id": source,
        "page_id": page,
        "url": f"http://sample.localhost/{page}.html",
        "body_sha256": hashlib.sha256(page.encode()).hexdigest(),
        "section": "概况",
        "char_start": 10,
        "char_end": 14,
        "table_cell": None,
        "raw_span": str(value),
        "sentence": sentence,
        "metric_code": metric,
        "obs_value": value,
        "value_low": value if low is None else low,
        "value_high": value if high is None else high,
        "qualifier": "EQ",
        "unit_code": UNITS.get(metric or "", "item"),
        "unit_raw": "",
        "breakdown": "",
        "ref_area": region,
        "ref_area_name": name,
        "ref_year": year,
        "period_type": "year_end" if STATISTICS.get(metric or "") == "stock" else "year",
        "year_basis": "volume_minus_one",
        "region_basis": "title",
        "reporting_scope": "all_levels",
        "statistic": STATISTICS.get(metric or ""),
        "change_kind": "level",
        "base_text": None,
        "is_floor_language": False,
        "is_target": False,
        "extractor_version": "test",
        "rule": "test",
        "phrase": metric or "招录人数",
        "note": None,
    }
    return row | more


def scenarios() -> list[dict[str, object]]:
    """The claims, scenario by scenario."""
    return [
        # The model page's figures, with its own oddities.
        claim("union_members", 5708000.0, low=5707500.0, high=5708500.0),
        claim("grassroots_unions", 64000.0),
        claim("hardship_households_registered", 55000.0, low=54500.0, high=55500.0),
        claim("hardship_households_aided", 52000.0, low=51500.0, high=52500.0),
        claim("aid_coverage_rate", 94.1, low=94.05, high=94.15),
        claim("warmth_households_visited", 64000.0, low=63500.0, high=64500.0, period_type="festival"),
        claim("warmth_funds", 215680000.0, period_type="festival"),
        claim("workers_congress_rate", 80.0, low=80.0, high=100.0, qualifier="GE", is_floor_language=True),
        # Targets and cumulative figures are kept apart.
        claim("union_members", 6000000.0, is_target=True, year=2020),
        claim("job_seekers", 250000.0, period_type="multi_year", statistic="cumulative"),
        # A renamed region: one series.
        claim("union_members", 300000.0, region="152300", year=1995, volume=1996),
        claim("union_members", 410000.0, region="150500", year=2005, volume=2006),
        # Two volumes restate one figure.
        claim("union_members", 5600000.0, year=2016, volume=2017, sentence="全区工会会员为560万人,比上年有所增加。"),
        claim("union_members", 5600000.0, year=2016, volume=2018, sentence="与2016年的会员560万人相比,略有增加。"),
        # Two works disagree by 1 % and by 20 %.
        claim("grassroots_unions", 10000.0, year=2015, volume=2016),
        claim("grassroots_unions", 10100.0, year=2015, source="statistics", volume=2016),
        claim("grassroots_unions", 12000.0, year=2014, volume=2015),
        claim("grassroots_unions", 10000.0, year=2014, source="statistics", volume=2015),
        # A reprint in the news: same passage, no second work.
        claim("new_members", 120000.0, sentence=REPRINTED),
        claim("new_members", 120000.0, source="news", volume=None, sentence=REPRINTED),
        # An overlapping bound: the narrowest is kept.
        claim("employees_in_unionised_units", 6000000.0, low=6000000.0, high=7000000.0, qualifier="MORE"),
        claim("employees_in_unionised_units", 6123000.0, source="report", volume=None),
        # A later volume corrects an earlier one of the same series.
        claim("enterprises_with_union", 30000.0, year=2013, volume=2014),
        claim("enterprises_with_union", 25000.0, year=2013, volume=2015),
        # Other scope: another key.
        claim("new_members", 900.0, reporting_scope="own_level"),
        # One event, one enterprise: keys of their own.
        claim("job_seekers", 20000.0, **EVENT, sentence="4月24日的招聘会吸引2万多名求职者。"),
        claim("job_seekers", 5000.0, **EVENT, sentence="5月的招聘会吸引5000多名求职者。"),
        # A region known by name only.
        claim("union_members", 3200.0, region=None, region_name="包头钢铁公司", year=2012, volume=2013),
        # Quantities without a metric, and changes.
        claim(None, 35.0, sentence="共招录35人。"),
        claim(None, 40.0, year=2016, volume=2017, sentence="共招录40人。"),
        claim("union_members", 3.2, change_kind="yoy_pct", unit_code="percent"),
        # Jiangsu's registered break.
        claim("grassroots_unions", 37160.0, region="320000", year=2000, source="statistics", volume=2001),
        claim("grassroots_unions", 96074.0, region="320000", year=2001, source="statistics", volume=2002),
        claim("union_members", 10022500.0, region="320000", year=2005, source="statistics", volume=2006),
    ]  # fmt: skip


def write_lake(lake: Lake, claims: list[dict[str, object]] | None = None) -> None:
    """Write every frame that the models read: catalogue, pages, claims, regions, metrics."""
    rows = scenarios() if claims is None else claims
    frames = {
        "sources": typed_frame(FRAMES["sources"], [_source(name, kind) for name, kind in WORKS.items()]),
        "regions": regions_frame(),
        "metrics": typed_frame(FRAMES["metrics"], [_metric(*metric) for metric in METRICS]),
    }
    for frame, data in frames.items():
        lake.write(frame, data)
    for source in sorted({str(row["source_id"]) for row in rows}):
        own = [row for row in rows if row["source_id"] == source]
        lake.write("claims", typed_frame(FRAMES["claims"], own), source, "all")
        _write_pages(lake, source, own)


def _write_pages(lake: Lake, source: str, rows: list[dict[str, object]]) -> None:
    pages = {str(row["page_id"]): row for row in rows}
    lake.write("pages", typed_frame(FRAMES["pages"], [page_of(row) for row in pages.values()]), source, "all")
    lake.write("page_refs", typed_frame(FRAMES["page_refs"], [_page_ref(row) for row in pages.values()]), source, "all")
    lake.write("snapshots", typed_frame(FRAMES["snapshots"], [_snapshot(row) for row in pages.values()]), source, "all")
    lake.write("fetch_log", typed_frame(FRAMES["fetch_log"], [_fetch(row) for row in pages.values()]), source, "all")
    refused = {
        "source_id": source, "stage": "fetch", "key": "http://sample.localhost/gone.html",
        "url": "http://sample.localhost/gone.html", "column": None, "check": "status", "value": "404",
        "reason": "404 Not Found",
    }  # fmt: skip
    lake.write("quarantine", typed_frame(FRAMES["quarantine"], [refused]), source, "fetch")


def _source(name: str, kind: str) -> dict[str, object]:
    return {
        "source_id": name, "title": f"Test {name}", "publisher": name, "homepage": "http://sample.localhost/",
        "licence": "test", "terms": "test", "region_name": "内蒙古自治区", "level": "province", "authority_kind": kind,
        "is_sample": True, "verified_on": None,
    }  # fmt: skip


def _metric(code: str, tier: int, unit: str, statistic: str, base: str | None) -> dict[str, object]:
    return {
        "metric_code": code, "tier": tier, "theme": "test", "name_en": code, "name_zh": code, "unit_code": unit,
        "statistic": statistic, "definition_en": code, "labels_zh": code, "breakdowns": "", "typical_range": "",
        "canonical_code": code, "fixed_breakdown": "", "base_code": base,
    }  # fmt: skip


def _volume(row: dict[str, object]) -> int | None:
    part = str(row["page_id"]).rsplit("-", 1)[1]
    return int(part) if part.isdigit() else None


def page_of(row: dict[str, object]) -> dict[str, object]:
    """A page that holds nothing but what the models need to know of it."""
    volume = _volume(row)
    return {
        "page_id": row["page_id"], "source_id": row["source_id"], "url": row["url"], "body_sha256": row["body_sha256"],
        "text_sha256": row["body_sha256"], "title": "总工会", "breadcrumb": ["首页", "年鉴"],
        "region_name": "内蒙古自治区",
        "ref_area": "150000", "volume_year": volume, "reference_year": volume - 1 if volume else None,
        "reference_year_basis": "volume_minus_one", "published_on": None, "published_on_basis": None,
        "contributor": None, "charset_declared": "utf-8", "charset_used": "utf-8", "replacement_chars": 0,
        "parser_version": "test", "text": "……", "sections": [], "tables": [], "duplicate_spans": [],
    }  # fmt: skip


def _page_ref(row: dict[str, object]) -> dict[str, object]:
    return {
        "source_id": row["source_id"], "url": row["url"], "volume_year": _volume(row), "category": None, "title": None,
        "discovered_from": "http://sample.localhost/",
    }  # fmt: skip


def _snapshot(row: dict[str, object]) -> dict[str, object]:
    return {
        "source_id": row["source_id"], "url": row["url"], "volume_year": _volume(row), "fetched_at": NOON,
        "checked_at": NOON, "status": 200, "etag": None, "last_modified": None, "content_type": "text/html",
        "body_sha256": row["body_sha256"], "body_bytes": 1000, "warc_file": "a.warc.gz", "warc_offset": 0,
        "robots_allowed": True, "unchanged_since": NOON, "is_gone": False,
    }  # fmt: skip


def _fetch(row: dict[str, object]) -> dict[str, object]:
    return {
        "source_id": row["source_id"], "url": row["url"], "requested_at": NOON, "outcome": "fetched", "status": 200,
        "reason": None, "attempts": 1, "elapsed_ms": 5,
    }  # fmt: skip
