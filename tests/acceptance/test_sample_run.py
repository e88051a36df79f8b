"""From one command to queryable facts, on the embedded sample site."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from dagster import DagsterInstance, DagsterRunStatus

from tests.acceptance.conftest import ROOT, FinishedRun, Installation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

EXPECTED = ROOT / "ingest" / "sample" / "expected_facts.csv"


def expected_facts() -> list[dict[str, str]]:
    with EXPECTED.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_run_succeeds_and_tells_what_it_did(sample_run: FinishedRun) -> None:
    assert sample_run.exit_code == 0, sample_run.output
    for told in ("Pages and claims", "Quarantined, by reason", "Headline facts by region and year", "make ui"):
        assert told in sample_run.output


def test_the_facts_that_the_pages_state_are_published(sample_run: FinishedRun) -> None:
    facts = sample_run.installation.facts()
    published = {
        (row["region_name"], row["ref_year"], row["metric_code"], row["breakdown"], row["obs_value"])
        for row in facts.iter_rows(named=True)
    }
    stated = {
        (row["region"], int(row["year"]), row["metric_code"], row["breakdown"], float(row["value"]))
        for row in expected_facts()
        if row["value"] and not row["note"]
    }
    missing = stated - published
    assert len(stated) > 60
    assert len(missing) <= 0.05 * len(stated), sorted(missing)


def test_regions_levels_and_years_are_many(sample_run: FinishedRun) -> None:
    facts = sample_run.installation.facts()
    assert facts["region_name"].n_unique() >= 4
    assert facts["region_level"].n_unique() >= 3
    assert facts["ref_year"].n_unique() >= 6


def test_every_fact_opens_its_sentence(sample_run: FinishedRun) -> None:
    claims = sample_run.installation.frame("claims")
    pages = dict(sample_run.installation.frame("pages").select("page_id", "text").rows())
    chosen = set(sample_run.installation.facts()["chosen_claim_id"])
    assert chosen <= set(claims["claim_id"])
    for claim in claims.filter(pl.col("claim_id").is_in(sorted(chosen))).iter_rows(named=True):
        assert pages[claim["page_id"]][claim["char_start"] : claim["char_end"]] == claim["raw_span"]


@pytest.mark.parametrize(
    ("stage", "check", "ends_with"),
    [
        ("fetch", "refused_by_robots", "/neibu/2018/caogao.html"),
        ("fetch", "gone", "/199.html"),
        ("fetch", "host_not_allowed", "/101.html"),
        ("extract", "states_union_figures", "/103.html"),
    ],
)
def test_what_could_not_be_read_shows_with_its_reason(
    sample_run: FinishedRun, stage: str, check: str, ends_with: str
) -> None:
    rows = sample_run.installation.frame("quarantine").filter((pl.col("stage") == stage) & (pl.col("check") == check))
    assert [url.endswith(ends_with) for url in rows["url"]] == [True]
    assert rows["reason"].str.len_chars().min() > 10


def test_runs_stay_in_the_dagster_instance(sample_run: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(sample_run.installation.settings.dagster_home))
    with DagsterInstance.get() as instance:
        runs = instance.get_runs()
        jobs = {run.job_name for run in runs}
        assert jobs >= {"reference", "ingest_source", "publish_warehouse"}
        assert {run.status for run in runs} == {DagsterRunStatus.SUCCESS}


def test_exports_and_documentation_are_files_that_open(sample_run: FinishedRun) -> None:
    settings = sample_run.installation.settings
    tables = {file.stem for file in (settings.exports_root / "parquet").glob("*")}
    assert {
        "dim_region",
        "dim_metric",
        "dim_page",
        "fct_union_claims",
        "fct_union_metrics",
        "mart_region_year",
    } <= tables
    assert {file.stem for file in (settings.exports_root / "csv").glob("*")} == tables
    assert "fct_union_metrics" in settings.docs_path.read_text(encoding="utf-8")


def test_facts_and_evidence_are_at_hand_on_the_command_line(sample_run: FinishedRun) -> None:
    options = ["--region", "内蒙古自治区", "--year", "2017", "--metric", "union_members", "--format", "jsonl"]
    told = [json.loads(line) for line in sample_run.installation.call("facts", *options).stdout.splitlines()]
    [total] = [fact for fact in told if fact["breakdown"] == "" and fact["obs_value"] == 5708000]
    evidence = sample_run.installation.call("evidence", total["chosen_claim_id"])
    assert evidence.returncode == 0
    assert "»570.8万" in evidence.stdout


def test_dbt_builds_on_the_sample_by_hand(sample_run: FinishedRun, tmp_path: Path) -> None:
    warehouse = str(sample_run.installation.settings.warehouse_path)
    folder = str(ROOT / "dbt_project")
    command = ["dbt", "build", "--project-dir", folder, "--profiles-dir", folder, "--target-path", str(tmp_path)]
    path = f"{Path(sample_run.installation.command()[0]).parent}{os.pathsep}{os.environ['PATH']}"
    environment = sample_run.installation.environment | {"UNION_WAREHOUSE_DUCKDB": warehouse, "PATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_second_run_changes_no_fact_and_asks_conditionally(sample_run: FinishedRun) -> None:
    installation = sample_run.installation
    before = installation.facts()
    hashes = installation.frame("snapshots").select("url", "body_sha256", "fetched_at", "warc_offset").sort("url")
    done = installation.call("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert installation.facts().equals(before)
    log = installation.frame("fetch_log")
    reached = log.filter(pl.col("outcome").is_in(["fetched", "unchanged"]))
    assert set(reached["outcome"]) == {"unchanged"}
    assert set(reached["status"]) == {304}
    assert installation.frame("snapshots").select(hashes.columns).sort("url").equals(hashes)


def test_a_killed_run_is_completed_by_the_next_with_the_same_facts(sample_run: FinishedRun, tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    child = subprocess.Popen(
        installation.command("run"), cwd=ROOT, env=installation.environment, stdout=subprocess.DEVNULL
    )
    wait_for((installation.home / "lake" / "claims").exists, child)
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = installation.call("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert installation.facts().equals(sample_run.installation.facts())


def wait_for(condition: Callable[[], bool], child: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Wait until something is there while the child works."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert child.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
