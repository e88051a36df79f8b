"""The models on real dbt and DuckDB: which value is chosen, why, and what is reported beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ingest.publish import ReadError, read_evidence, read_facts
from ingest.publish.exports import export_marts
from ingest.warehouse import load_raw
from tests.integration.dbt.conftest import PROJECT, Build, Built, run_dbt
from tests.integration.dbt.lake_scenarios import claim, write_lake

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dbt")]


@pytest.mark.parametrize(
    ("situation", "metric", "year", "value", "rule", "status", "n_claims", "n_independent", "has_conflict"),
    [
        ("one work alone", "union_members", 2017, 5708000.0, "only_claim", "A", 1, 1, False),
        ("two volumes restate one figure", "union_members", 2016, 5600000.0, "agreement", "A", 2, 1, False),
        ("two works 1 % apart", "grassroots_unions", 2015, 10100.0, "authority", "A", 2, 2, True),
        ("two works 20 % apart", "grassroots_unions", 2014, 10000.0, "authority", "U", 2, 2, True),
        ("a reprint", "new_members", 2017, 120000.0, "same_text", "A", 2, 1, False),
        ("an overlapping bound", "employees_in_unionised_units", 2017, 6123000.0, "narrowest", "A", 2, 2, False),
        ("a later volume corrects", "enterprises_with_union", 2013, 25000.0, "vintage", "U", 2, 1, True),
    ],
)
def test_chosen_value(
    built: Built, situation: str, metric: str, year: int, value: float, rule: str, status: str, n_claims: int,
    n_independent: int, has_conflict: bool,
) -> None:  # fmt: skip
    found = built.rows(
        f"""
        SELECT obs_value, rule_applied, obs_status, n_claims, n_independent_works, has_conflict
        FROM marts.fct_union_metrics
        WHERE metric_code = '{metric}' AND ref_year = {year} AND region_id = 'province_150000'
          AND reporting_scope = 'all_levels' AND NOT is_target
        """
    )

    assert found == [(value, rule, status, n_claims, n_independent, has_conflict)], situation


def test_a_renamed_region_is_one_series(built: Built) -> None:
    series = """
        SELECT region_name, ref_year, obs_value FROM marts.mart_metric_series
        WHERE region_id = 'prefecture_152300' ORDER BY ref_year
    """

    assert built.rows(series) == [("哲里木盟", 1995, 300000.0), ("通辽市", 2005, 410000.0)]


def test_targets_floors_and_sums_of_years_are_kept_but_out_of_the_trend(built: Built) -> None:
    kept = """
        SELECT metric_code, ref_year, obs_status, is_target, is_floor_language, is_cumulative
        FROM marts.fct_union_metrics
        WHERE is_target OR is_floor_language OR is_cumulative ORDER BY ALL
    """
    assert built.rows(kept) == [
        ("job_seekers", 2017, "A", False, False, True),
        ("union_members", 2020, "F", True, False, False),
        ("workers_congress_rate", 2017, "U", False, True, False),
    ]
    assert built.rows("SELECT count(*) FROM marts.mart_metric_series WHERE metric_code = 'workers_congress_rate'") == [
        (0,)
    ]
    assert built.rows("SELECT count(*) FROM marts.mart_region_year WHERE ref_year = 2020") == [(0,)]


def test_scopes_and_occasions_are_keys_of_their_own(built: Built) -> None:
    values = "SELECT obs_value FROM marts.fct_union_metrics"
    own = f"{values} WHERE metric_code = 'new_members' AND reporting_scope = 'own_level'"
    events = f"{values} WHERE reporting_scope = 'event' ORDER BY 1"

    assert built.rows(own) == [(900.0,)]
    assert built.rows(events) == [(5000.0,), (20000.0,)]


def test_a_region_known_by_name_keeps_an_id_of_its_own(built: Built) -> None:
    found = built.rows(
        """
        SELECT region_id LIKE 'name_%', region_name, ref_area, region_level
        FROM marts.fct_union_metrics WHERE obs_value = 3200
        """
    )

    assert found == [(True, "包头钢铁公司", None, "unknown")]


def test_the_model_page_s_oddities_are_reported_and_stay_in_the_facts(built: Built) -> None:
    reported = """
        SELECT check_id, outcome, metric_code, found_text, expected_text FROM marts.rpt_checks
        WHERE check_id IN ('C08', 'C19') ORDER BY ALL
    """
    assert built.rows(reported) == [
        ("C08", "noted", "aid_coverage_rate", "stated 94.10, computed 94.55", "92.8 to 96.3"),
        ("C19", "failed", "warmth_households_visited", "64000 / 55000 = 1.1636", "at most 1.0"),
    ]
    assert built.rows("SELECT obs_value FROM marts.fct_union_metrics WHERE metric_code = 'aid_coverage_rate'") == [
        (94.1,)
    ]


def test_all_rules_are_listed_and_one_waits_for_data(built: Built) -> None:
    assert built.rows("SELECT count(*), count(not_evaluated_because) FROM marts.rpt_check_summary") == [(28, 1)]


def test_conflicts_show_every_value_with_its_evidence(built: Built) -> None:
    conflict = """
        SELECT conflict_class, is_chosen, obs_value, work_id, sentence <> '' FROM marts.rpt_conflicts
        WHERE metric_code = 'grassroots_unions' AND ref_year = 2014 ORDER BY is_chosen DESC
    """
    assert built.rows(conflict) == [
        ("major", True, 10000.0, "statistics:2015", True),
        ("major", False, 12000.0, "yearbook:2015", True),
    ]


def test_breaks_end_a_segment_and_no_change_is_stated_across(built: Built) -> None:
    jiangsu = """
        SELECT ref_year, obs_status, is_registered_break, is_detected_break, segment_number, change_pct
        FROM marts.mart_metric_series
        WHERE region_id = 'province_320000' AND metric_code = 'grassroots_unions' ORDER BY ref_year
    """
    assert built.rows(jiangsu) == [(2000, "A", False, False, 1, None), (2001, "B", True, True, 2, None)]
    growth = "SELECT change_pct FROM marts.mart_metric_series WHERE metric_code = 'union_members' AND ref_year = 2017"
    assert built.rows(growth) == [(1.93,)]


def test_reconciliation_meets_the_benchmark(built: Built) -> None:
    jiangsu = """
        SELECT obs_value, benchmark_value, outcome FROM marts.rpt_reconciliation
        WHERE region_name = '江苏省' AND metric_code = 'union_members'
    """
    assert built.rows(jiangsu) == [(10022500.0, 10022500.0, "agrees")]


def test_coverage_says_why_a_figure_is_missing(built: Built) -> None:
    members = """
        SELECT ref_year, coverage, obs_status FROM marts.rpt_coverage
        WHERE region_id = 'province_150000' AND metric_code = 'union_members' AND ref_year IN (2010, 2012, 2017)
        ORDER BY 1
    """
    assert built.rows(members) == [(2010, "no_volume_known", "L"), (2012, "page_silent", "O"), (2017, "stated", None)]


def test_unmapped_quantities_are_ranked_by_pages(built: Built) -> None:
    assert built.rows("SELECT queue_rank, phrase, n_pages, n_claims FROM marts.rpt_unmapped_quantities") == [
        (1, "招录人数", 2, 2)
    ]


def test_a_second_load_and_build_leave_the_facts_as_they_are(built: Built) -> None:
    everything = "SELECT * FROM marts.fct_union_metrics ORDER BY observation_id"
    first = built.rows(everything)
    load_raw(built.lake, built.path)

    done = run_dbt(built.path, "run")

    assert done.returncode == 0, done.stdout[-4000:]
    assert built.rows(everything) == first


def test_the_build_is_free_of_warnings(built: Built) -> None:
    assert " WARN=0 ERROR=0 SKIP=0 " in built.output
    assert "deprecat" not in built.output.lower()


def test_every_model_seed_source_and_column_is_described(built: Built) -> None:
    manifest = json.loads((built.path.parent / "target" / "manifest.json").read_text("utf-8"))
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    described = [node for node in nodes if node["resource_type"] in ("model", "seed", "source")]
    silent = [node["name"] for node in described if not node["description"].strip() or not node["columns"]]
    silent += [
        f"{n['name']}.{c['name']}" for n in described for c in n["columns"].values() if not c["description"].strip()
    ]
    stated = {(n["schema"], n["name"], column) for n in described for column in n["columns"]}
    # `raw.lake_parts` and `raw.lake_pages` are the loader's own books of what it has loaded; no model reads them
    existing = built.rows(
        """
        SELECT schema_name, table_name, column_name FROM duckdb_columns()
        WHERE NOT internal AND table_name NOT IN ('lake_parts', 'lake_pages')
        """
    )

    assert silent == []
    assert [column for column in existing if column not in stated] == []


def test_headline_columns_are_the_first_tier_of_the_vocabulary(built: Built) -> None:
    macro = (PROJECT / "macros" / "headline_metrics.sql").read_text("utf-8")
    headlines = built.rows("SELECT metric_code FROM marts.dim_metric WHERE is_headline")

    assert all(f"'column': '{metric}'" in macro for (metric,) in headlines)


def test_exports_hold_the_tables_and_answer_readers(built: Built, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    tables = export_marts(built.path, exports)

    facts = read_facts(exports, region="通辽", metric="union_members")
    assert facts.select("region_name", "ref_year", "obs_value").rows() == [
        ("哲里木盟", 1995, 300000.0),
        ("通辽市", 2005, 410000.0),
    ]
    assert read_facts(exports, region="150000", year=2016)["obs_value"].to_list() == [5600000.0]
    evidence = read_evidence(exports, str(facts["chosen_claim_id"][0]))
    assert evidence["sentence"] == "哲里木盟1995年union_members为300000.0。"
    assert evidence["span_in_sentence"] == (23, 31)
    by_name = {table["name"]: table for table in tables}
    assert by_name["fct_union_metrics"]["rows"] == built.rows("SELECT count(*) FROM marts.fct_union_metrics")[0][0]
    assert by_name["fct_union_metrics"]["columns"][0]["description"].startswith("Id of the observation")
    with pytest.raises(ReadError, match="no region is called"):
        read_facts(exports, region="无此地")
    with pytest.raises(ReadError, match="no claim has the id"):
        read_evidence(exports, "nothing")


def test_a_decision_stands_beside_the_printed_value(build: Build, tmp_path: Path) -> None:
    printed = claim("union_members", 5708000.0)
    doubted = claim("union_members", 9000000.0, source="statistics")
    decisions = [
        decision("c-1", printed, "correct", corrected_value=5708123.0),
        decision("c-2", doubted, "exclude"),
    ]
    (tmp_path / "decisions.yml").write_text(yaml.safe_dump(decisions, allow_unicode=True), "utf-8")

    built = build([printed, doubted], tmp_path)

    fact = "SELECT obs_value, corrected_value, correction_reason, n_claims, has_conflict FROM marts.fct_union_metrics"
    assert built.rows(fact) == [(5708000.0, 5708123.0, "confirmed by the office", 1, False)]
    claims = "SELECT obs_value, is_chosen, is_excluded FROM marts.fct_union_claims ORDER BY 1"
    assert built.rows(claims) == [(5708000.0, True, False), (9000000.0, False, True)]


def decision(correction_id: str, about: dict[str, object], action: str, **more: object) -> dict[str, object]:
    return {
        "id": correction_id,
        "claim_id": about["claim_id"],
        "url": about["url"],
        "action": action,
        "reason": "confirmed by the office",
        "decided_by": "a statistician",
        "decided_on": "2026-11-22",
        "expect": {"obs_value": about["obs_value"]},
    } | more


VANISHED = claim("union_members", 5800000.0, year=2018, volume=2019)
RETRACTED_AT = datetime(2026, 11, 25, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def reread(build: Build) -> Built:
    """A warehouse of which one page was read again and no longer states VANISHED."""
    kept = [
        # two counts that match, and two that do not: other years, another scope
        claim("union_members", 5708000.0, low=5707500.0, high=5708500.0),
        claim("employees_in_unionised_units", 6123000.0),
        claim("union_members", 5600000.0, year=2016, volume=2017),
        claim("union_members", 5500000.0, year=2015, volume=2016),
        claim("employees_in_unionised_units", 900.0, year=2015, volume=2016, reporting_scope="own_level"),
        # 2010: a sum of several years, a target and a floor beside one plain figure
        claim("warmth_funds", 754000000.0, year=2010, period_type="multi_year", statistic="cumulative"),
        claim("warmth_funds", 90000000.0, year=2010, is_target=True, sentence="2010年计划筹集9000万元。"),
        claim("workers_congress_rate", 80.0, high=100.0, qualifier="GE", is_floor_language=True, year=2010),
        claim("hardship_households_registered", 140000.0, year=2010),
    ]
    built = build([*kept, VANISHED], None)
    assert built.rows("SELECT count(*) FROM marts.fct_union_metrics WHERE ref_year = 2018") == [(1,)]
    write_lake(built.lake, kept)
    load_raw(built.lake, built.path, loaded_at=RETRACTED_AT)
    done = run_dbt(built.path, "run")
    assert done.returncode == 0, done.stdout[-4000:]
    return built


def test_a_share_of_two_counts_names_them_and_keeps_their_bounds(reread: Built) -> None:
    shares = """
        SELECT shares.ref_year, ratio_code, ratio_pct, ratio_low_pct, ratio_high_pct, shares.obs_status,
            numerators.metric_code, denominators.metric_code
        FROM marts.mart_unionisation AS shares
        JOIN marts.fct_union_metrics AS numerators ON numerator_observation_id = numerators.observation_id
        JOIN marts.fct_union_metrics AS denominators ON denominator_observation_id = denominators.observation_id
    """
    assert reread.rows(shares) == [
        (2017, "members_of_employees", 93.22, 93.21, 93.23, "E", "union_members", "employees_in_unionised_units")
    ]


def test_a_year_holds_no_sums_of_years_targets_or_floors(reread: Built) -> None:
    """What was raised since 2006 is no figure of the year that the sentence names last."""
    series = "SELECT metric_code, obs_value FROM marts.mart_metric_series WHERE ref_year = 2010"
    assert reread.rows(series) == [("hardship_households_registered", 140000.0)]
    wide = """
        SELECT n_observations, hardship_households_registered, warmth_funds, workers_congress_rate
        FROM marts.mart_region_year WHERE ref_year = 2010
    """
    assert reread.rows(wide) == [(1, 140000.0, None, None)]
    assert reread.rows("SELECT count(*) FROM marts.fct_union_metrics WHERE ref_year = 2010") == [(4,)]


def test_a_claim_that_vanished_is_retracted_and_still_found_by_its_id(reread: Built, tmp_path: Path) -> None:
    claims = f"""
        SELECT is_current, retracted_at AT TIME ZONE 'UTC', is_chosen, observation_id
        FROM marts.fct_union_claims WHERE claim_id = '{VANISHED["claim_id"]}'
    """
    assert reread.rows(claims) == [(False, RETRACTED_AT.replace(tzinfo=None), False, None)]
    assert reread.rows("SELECT count(*) FROM marts.fct_union_claims WHERE retracted_at IS NOT NULL") == [(1,)]
    assert reread.rows("SELECT count(*) FROM marts.fct_union_metrics WHERE ref_year = 2018") == [(0,)]

    export_marts(reread.path, tmp_path / "exports")
    evidence = read_evidence(tmp_path / "exports", str(VANISHED["claim_id"]))

    assert (evidence["is_current"], evidence["retracted_at"]) == (False, RETRACTED_AT)
    assert (evidence["sentence"], evidence["observation"]) == (VANISHED["sentence"], None)
