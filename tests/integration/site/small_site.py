"""A small installation for the site: a few pages, claims and facts, written as exports and lake."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from ingest.lake import Lake
from ingest.schemas import FRAMES, polars_schema

HOSTILE = '<script>alert("1")</script>\'&]]>\u202e'
TEXT = (
    "内蒙古自治区总工会\n"
    "概况\n"
    f"会员{HOSTILE}570.8万人,入会率均保持在80%以上。\n"
    "指标\t2005\n"
    "会员\t1002\n"
    "另有71196个单位。\n"
    "概况\n"
    "会员570.8万人。\n"
)
PAGE, LOST_PAGE, PLAIN_PAGE = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"
MEMBERS, RATE_ONE, RATE_TWO = "1000000000000001", "2000000000000002", "2000000000000003"
CELL, UNMAPPED, RETRACTED, LOST, MOVED = (
    "3000000000000004", "4000000000000005", "5000000000000006", "5000000000000007", "6000000000000008",
)  # fmt: skip
READ_AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
RETRACTED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
INNER_MONGOLIA, NATION = "province_150000", "CN"

TIME = pl.Datetime("us", "UTC")
TEXTS, NUMBER, WHOLE, YES_NO = pl.String, pl.Float64, pl.Int64, pl.Boolean
COLUMNS = {
    "dim_page": dict.fromkeys(
        ("page_id", "work_id", "source_id", "url", "title", "region_name", "published_on", "contributor", "body_sha256"), TEXTS
    ) | {"volume_year": WHOLE, "reference_year": WHOLE, "fetched_at": TIME, "is_gone": YES_NO},
    "dim_work": dict.fromkeys(("work_id", "source_id", "series_title", "publisher"), TEXTS) | {"volume_year": WHOLE},
    "dim_region": dict.fromkeys(
        ("region_id", "ref_area", "region_name", "short_name", "pinyin", "region_level", "parent_region_id", "parent_name",
         "iso_3166_2"), TEXTS
    ) | {"valid_from": WHOLE, "valid_to": WHOLE, "is_latest": YES_NO},
    "dim_metric": dict.fromkeys(
        ("metric_code", "theme", "name_en", "name_zh", "unit_code", "statistic", "definition_en", "base_code",
         "breakdown_dimensions", "canonical_code", "fixed_breakdown", "comparability_note", "definition_version"), TEXTS
    ) | {"tier": WHOLE, "is_headline": YES_NO, "is_canonical": YES_NO},
    "dim_breakdown": dict.fromkeys(("breakdown", "dimension", "breakdown_value", "name_en"), TEXTS),
    "fct_union_claims": dict.fromkeys(
        ("claim_id", "observation_id", "page_id", "url", "body_sha256", "table_cell", "raw_span", "sentence", "metric_code",
         "qualifier", "unit_code", "unit_raw", "breakdown", "region_id", "ref_area_name", "period_type", "year_basis",
         "region_basis", "reporting_scope", "statistic", "base_text", "extraction_rule", "phrase", "note"), TEXTS
    ) | dict.fromkeys(("is_current", "is_chosen", "is_excluded", "is_floor_language", "is_target"), YES_NO)
    | dict.fromkeys(("obs_value", "value_low", "value_high"), NUMBER)
    | {"asserted_at": TIME, "retracted_at": TIME, "char_start": WHOLE, "char_end": WHOLE, "ref_year": pl.Int32},
    "fct_union_metrics": dict.fromkeys(
        ("observation_id", "metric_code", "region_id", "ref_area", "region_name", "region_level", "breakdown",
         "reporting_scope", "period_group", "unit_code", "qualifier", "obs_status", "rule_applied", "chosen_claim_id"), TEXTS
    ) | dict.fromkeys(("has_conflict", "is_target", "is_floor_language", "is_cumulative", "is_provisional", "is_trend"), YES_NO)
    | dict.fromkeys(("obs_value", "value_low", "value_high"), NUMBER) | {"ref_year": pl.Int32, "n_independent_works": WHOLE},
    "mart_metric_series": {"observation_id": TEXTS, "is_registered_break": YES_NO, "is_detected_break": YES_NO,
                           "segment_number": pl.Int32, "change_pct": NUMBER, "change_pp": NUMBER},
    "rpt_coverage": {"region_id": TEXTS, "region_name": TEXTS, "ref_year": pl.Int32, "coverage": TEXTS},
    "rpt_series_breaks": {"metric_code": TEXTS, "region_id": TEXTS, "break_year": pl.Int32, "break_kind": TEXTS,
                          "observed": TEXTS, "likely_reason": TEXTS},
}  # fmt: skip


def claim(claim_id: str, page_id: str, raw_span: str, value: float, **more: object) -> dict[str, object]:
    start = TEXT.find(raw_span)
    return {
        "claim_id": claim_id, "observation_id": None, "page_id": page_id, "url": "http://sample.localhost/a.html",
        "body_sha256": "b" * 64, "raw_span": raw_span, "sentence": f"会员{raw_span}。", "metric_code": "union_members",
        "obs_value": value, "value_low": value, "value_high": value, "qualifier": "EQ", "unit_code": "person",
        "unit_raw": "人", "breakdown": "", "region_id": INNER_MONGOLIA, "ref_area_name": "内蒙古自治区", "ref_year": 2017,
        "period_type": "year_end", "year_basis": "section", "region_basis": "breadcrumb", "reporting_scope": "all_levels",
        "statistic": "stock", "extraction_rule": "label_left", "phrase": f"会员{raw_span}", "is_current": True,
        "is_chosen": True, "is_excluded": False, "is_floor_language": False, "is_target": False, "asserted_at": READ_AT,
        "retracted_at": None, "char_start": start, "char_end": start + len(raw_span),
    } | more  # fmt: skip


def fact(observation_id: str, year: int, value: float | None, **more: object) -> dict[str, object]:
    return {
        "observation_id": observation_id, "metric_code": "union_members", "region_id": INNER_MONGOLIA, "ref_area": "150000",
        "region_name": "内蒙古自治区", "region_level": "province", "ref_year": year, "breakdown": "",
        "reporting_scope": "all_levels", "period_group": "annual", "unit_code": "person", "obs_value": value,
        "value_low": value, "value_high": value, "qualifier": "EQ", "obs_status": "A", "rule_applied": "only_claim",
        "has_conflict": False, "is_target": False, "is_floor_language": False, "is_cumulative": False,
        "is_provisional": False, "is_trend": True, "n_independent_works": 1, "chosen_claim_id": MEMBERS,
    } | more  # fmt: skip


def metric(code: str, name_zh: str, name_en: str, unit: str, statistic: str, **more: object) -> dict[str, object]:
    return {
        "metric_code": code, "theme": "membership", "name_en": name_en, "name_zh": name_zh, "unit_code": unit,
        "statistic": statistic, "definition_en": f"{name_en} at the reference date.", "breakdown_dimensions": "sex",
        "canonical_code": code, "fixed_breakdown": "", "comparability_note": "Counted at a day.",
        "definition_version": "0a1b2c3d", "tier": 1, "is_headline": True, "is_canonical": True,
    } | more  # fmt: skip


def region(region_id: str, area: str, name: str, level: str, first: int, **more: object) -> dict[str, object]:
    return {"region_id": region_id, "ref_area": area, "region_name": name, "short_name": name[:3], "pinyin": "Neimenggu",
            "region_level": level, "valid_from": first, "is_latest": True} | more  # fmt: skip


def small_tables() -> dict[str, list[dict[str, object]]]:
    rate = {"metric_code": "employee_unionisation_rate", "qualifier": "GE", "unit_code": "percent", "value_high": 100.0,
            "statistic": "rate", "is_floor_language": True}  # fmt: skip
    return {
        "dim_page": [
            {"page_id": PAGE, "work_id": "yearbook:2018", "source_id": "yearbook", "url": "http://sample.localhost/a.html",
             "title": f"2018卷 {HOSTILE}", "region_name": "内蒙古自治区", "reference_year": 2017, "volume_year": 2018,
             "body_sha256": "b" * 64, "fetched_at": READ_AT, "is_gone": False},
            {"page_id": PLAIN_PAGE, "work_id": "yearbook:2018", "source_id": "yearbook", "url": "javascript:alert(1)",
             "title": "空页", "body_sha256": "c" * 64, "fetched_at": READ_AT, "is_gone": True},
        ],
        "dim_work": [{"work_id": "yearbook:2018", "source_id": "yearbook", "series_title": "样例年鉴", "publisher": "社",
                      "volume_year": 2018}],
        "dim_region": [
            region(NATION, "100000", "全国", "nation", 1949),
            region(INNER_MONGOLIA, "150000", "内蒙古自治区", "province", 1949, parent_region_id=NATION, parent_name="全国"),
            region("prefecture_150500", "152300", "哲里木盟", "prefecture", 1949, valid_to=1999, is_latest=False),
            region("prefecture_150500", "150500", "通辽市", "prefecture", 1999, parent_region_id=INNER_MONGOLIA,
                   parent_name="内蒙古自治区"),
        ],
        "dim_metric": [
            metric("union_members", "工会会员数", "Union members", "person", "stock"),
            metric("employee_unionisation_rate", "职工入会率", "Employee unionisation rate", "percent", "rate",
                   base_code="union_members"),
            metric("union_members_female", "女会员数", "Women members", "person", "stock", is_canonical=False,
                   canonical_code="union_members", fixed_breakdown="sex=F", is_headline=False),
        ],
        "dim_breakdown": [{"breakdown": "sex=F", "dimension": "sex", "breakdown_value": "F", "name_en": "female"}],
        "fct_union_claims": [
            claim(MEMBERS, PAGE, "570.8万人", 5708000.0, observation_id="o2017", value_low=5707500.0, value_high=5708500.0),
            claim(RATE_ONE, PAGE, "80%以上", 80.0, **rate),
            claim(RATE_TWO, PAGE, "保持在80%", 80.0, **rate),
            claim(CELL, PAGE, "1002", 1002.0, table_cell="t0: 会员 × 2005", ref_year=2005, observation_id="o2005"),
            claim(UNMAPPED, PAGE, "71196", 71196.0, metric_code=None, unit_code=None, unit_raw="个", region_id=None,
                  ref_area_name=None, ref_year=None, phrase="另有<b>71196</b>个单位", extraction_rule="unmapped", is_chosen=False),
            claim(RETRACTED, PAGE, "569万人", 5690000.0, is_current=False, retracted_at=RETRACTED_AT, char_start=3, char_end=8),
            # asserted twice: the version of today counts
            claim(MOVED, PAGE, "570.8万人", 1.0, is_current=False, retracted_at=RETRACTED_AT, char_start=0, char_end=3),
            claim(MOVED, PAGE, "12万人", 120000.0, char_start=0, char_end=4, breakdown="sex=F", asserted_at=RETRACTED_AT),
            claim(LOST, LOST_PAGE, "44人", 44.0, is_current=False, retracted_at=RETRACTED_AT, char_start=5, char_end=8),
        ],
        "fct_union_metrics": [
            fact("o2005", 2005, 1002.0, chosen_claim_id=CELL),
            fact("o2008", 2008, 5214700.0, chosen_claim_id="none"),
            fact("o2017", 2017, 5708000.0, value_low=5707500.0, value_high=5708500.0),
            fact("owomen", 2017, 120000.0, breakdown="sex=F", chosen_claim_id=MOVED, has_conflict=True),
            fact("nation", 2017, 3e8, region_id=NATION, ref_area="100000", region_name="全国", region_level="nation"),
        ],
        "mart_metric_series": [
            {"observation_id": "o2005", "is_registered_break": False, "is_detected_break": False, "segment_number": 1},
            {"observation_id": "o2008", "is_registered_break": True, "is_detected_break": False, "segment_number": 2},
            {"observation_id": "o2017", "is_registered_break": False, "is_detected_break": False, "segment_number": 2,
             "change_pct": 1.25},
            {"observation_id": "nation", "is_registered_break": False, "is_detected_break": False, "segment_number": 1},
        ],
        "rpt_coverage": [
            {"region_id": INNER_MONGOLIA, "region_name": "内蒙古自治区", "ref_year": year, "coverage": coverage}
            for year, coverage in ((2005, "stated"), (2006, "page_silent"), (2007, "page_silent"), (2016, "page_not_fetched"))
        ] + [{"region_id": "prefecture_150500", "region_name": "通辽市", "ref_year": 2006, "coverage": "region_did_not_exist"}],
        "rpt_series_breaks": [
            {"metric_code": "union_members", "region_id": INNER_MONGOLIA, "break_year": 2008, "break_kind": "registered",
             "observed": "1002 -> 5214700", "likely_reason": "counting rule <b>"},
        ],
    }  # fmt: skip


def lake_page(page_id: str, text: str, **more: object) -> dict[str, object]:
    empty = dict.fromkeys(polars_schema(FRAMES["pages"]))
    return empty | {
        "page_id": page_id, "source_id": "yearbook", "url": "http://sample.localhost/a.html", "body_sha256": "b" * 64,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "title": f"2018卷 {HOSTILE}", "breadcrumb": [],
        "region_name": "内蒙古自治区", "volume_year": 2018, "reference_year": 2017, "charset_used": "utf-8",
        "replacement_chars": 0, "parser_version": "1", "text": text, "sections": [], "tables": [], "duplicate_spans": [],
    } | more  # fmt: skip


def small_pages() -> list[dict[str, object]]:
    first, again = TEXT.index("概况"), TEXT.rindex("概况")
    table_start, table_end = TEXT.index("指标"), TEXT.index("另有")

    def cell(row: int, col: int, text: str, start: int) -> dict[str, object]:
        return {"row": row, "col": col, "row_span": 1, "col_span": 1, "text": text, "char_start": start,
                "char_end": start + len(text), "is_header": row == 0}  # fmt: skip

    cells = [cell(0, 0, "指标", table_start), cell(0, 1, "2005", table_start + 3),
             cell(1, 0, "会员", table_start + 8), cell(1, 1, "1002", TEXT.index("1002"))]  # fmt: skip
    sections = [
        {"heading": "内蒙古自治区总工会", "char_start": 0, "char_end": first, "duplicate_of": None},
        {"heading": "概况", "char_start": first, "char_end": again, "duplicate_of": None},
        {"heading": "概况", "char_start": again, "char_end": len(TEXT), "duplicate_of": 1},
    ]
    table = {"caption": None, "note": None, "char_start": table_start, "char_end": table_end, "cells": cells}
    return [
        lake_page(PAGE, TEXT, sections=sections, tables=[table],
                  duplicate_spans=[{"char_start": again, "char_end": len(TEXT)}]),
        lake_page(PLAIN_PAGE, "空页\n", title="空页", url="javascript:alert(1)"),
    ]  # fmt: skip


def write_installation(home: Path, tables: dict[str, list[dict[str, object]]] | None = None) -> Lake:
    """Write the exports and the lake of the small installation under `home`."""
    folder = home / "exports" / "parquet"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (tables or small_tables()).items():
        frame = pl.DataFrame(
            [{column: row.get(column) for column in COLUMNS[name]} for row in rows], schema=COLUMNS[name]
        )
        frame.write_parquet(folder / f"{name}.parquet")
    lake = Lake(str(home / "lake"))
    for number, page in enumerate(small_pages()):
        lake.write("pages", pl.DataFrame([page], schema=polars_schema(FRAMES["pages"])), "yearbook", f"part{number}")
    return lake
