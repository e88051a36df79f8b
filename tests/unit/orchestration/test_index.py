"""The index of sources: what is stored of each, and which of them stopped answering."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl

from ingest.lake import Lake
from ingest.schemas import FetchLog, PageRefs, typed_frame
from ingest.settings import Settings
from orchestration.defs.index import COLUMNS, FAIL_AFTER, index_frame, judge_freshness, source_index

SOURCE = "sample_yearbooks"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def index(**last_asked: datetime | None) -> pl.DataFrame:
    rows = [(name, 1, 1, 0, moment) for name, moment in last_asked.items()]
    return pl.DataFrame(rows, schema={name: kind for name, (kind, _) in COLUMNS.items()}, orient="row")


def test_a_source_is_counted_by_what_is_listed_and_missed(home: Settings) -> None:
    lake = Lake(home.lake_root)
    common = {"volume_year": None, "category": None, "title": None, "discovered_from": "x", "source_id": SOURCE}
    lake.write("page_refs", typed_frame(PageRefs, [{"url": f"http://a/{n}", **common} for n in range(3)]), SOURCE)
    answer = {"requested_at": NOW, "status": None, "reason": None, "attempts": 1, "elapsed_ms": 1, "source_id": SOURCE}
    outcomes = ["fetched", "unchanged", "gone"]
    log = [{"url": f"http://a/{n}", "outcome": outcome, **answer} for n, outcome in enumerate(outcomes)]
    lake.write("fetch_log", typed_frame(FetchLog, log), SOURCE)
    told = {row["source_id"]: row for row in index_frame(lake).to_dicts()}
    assert told[SOURCE] == {"source_id": SOURCE, "listed": 3, "stored": 0, "missed": 1, "last_asked": None}
    assert told["sample_statistics"]["listed"] == 0


def test_a_source_that_stopped_answering_is_told_and_one_never_asked_is_not() -> None:
    limit = NOW - FAIL_AFTER
    result = judge_freshness(index(stale=limit - timedelta(seconds=1), fresh=limit, never=None), NOW)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.description == "1 of 2 sources did not answer lately"
    shown = str(result.metadata["failing_rows"].value)
    assert "stale" in shown
    assert "fresh" not in shown


def test_the_index_has_a_freshness_policy_and_no_partitions() -> None:
    [spec] = source_index.specs
    assert spec.freshness_policy is not None
    assert spec.partitions_def is None
