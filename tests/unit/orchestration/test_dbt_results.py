"""What is shown of models that were built and of tests that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import duckdb
import pytest

from ingest.settings import Settings
from orchestration.dbt_results import DbtResults
from orchestration.defs import models
from orchestration.defs.models import asset_keys, dbt_models, tell_more

MODEL, SOURCE, TEST, VIEW = "model.p.fct", "source.p.raw.claims", "test.p.unique_fct", "model.p.stg"
NODES = {
    MODEL: {
        "resource_type": "model", "schema": "marts", "name": "fct", "depends_on": {"nodes": [SOURCE]},
        "compiled_code": 'select claim_id as id, low + high as total, note from "warehouse"."raw"."claims"',
    },
    VIEW: {
        "resource_type": "model", "schema": "staging", "name": "stg", "depends_on": {"nodes": [SOURCE]},
        "compiled_code": "select claim_id from raw.claims",
    },
    TEST: {
        "resource_type": "test", "schema": "x", "name": "unique_fct", "depends_on": {"nodes": [MODEL]},
        "compiled_code": "select note, count(*) as n from marts.fct group by note having count(*) > 1",
    },
}  # fmt: skip
SOURCES = {SOURCE: {"resource_type": "source", "schema": "raw", "name": "claims", "identifier": "claims"}}
KEYS = {SOURCE: dg.AssetKey(["raw", "claims"]), MODEL: dg.AssetKey(["marts", "fct"])}


@pytest.fixture
def results(tmp_path: Path) -> Iterator[DbtResults]:
    """A warehouse of one table made of one raw table, with a note that stands twice."""
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": NODES, "sources": SOURCES}), encoding="utf-8")
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            """
            CREATE SCHEMA raw; CREATE SCHEMA marts; CREATE SCHEMA staging;
            CREATE TABLE raw.claims AS
            SELECT * FROM (VALUES ('a', 1.0, 2.0, '<b>'), ('b', 3.0, 4.0, '<b>')) AS t(claim_id, low, high, note);
            CREATE TABLE marts.fct AS SELECT claim_id AS id, low + high AS total, note FROM raw.claims;
            CREATE VIEW staging.stg AS SELECT claim_id FROM raw.claims;
            """
        )
        yield DbtResults.read(connection, tmp_path)


def test_a_table_shows_its_rows_a_preview_and_where_its_columns_come_from(results: DbtResults) -> None:
    told = results.describe(MODEL, KEYS)
    assert told["dagster/row_count"] == 2
    assert told["preview"].value.splitlines() == [
        "| id | total | note |",
        "| --- | --- | --- |",
        "| a | 3.0 | &lt;b&gt; |",
        "| b | 7.0 | &lt;b&gt; |",
    ]
    origins = told["dagster/column_lineage"].deps_by_column
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in origins["total"]] == [
        ("raw/claims", "high"),
        ("raw/claims", "low"),
    ]
    assert told["columns_come_from"].value.splitlines()[2:] == [
        "| id | claims.claim&#95;id |",
        "| total | claims.high, claims.low |",
        "| note | claims.note |",
    ]


def test_a_view_is_not_counted(results: DbtResults) -> None:
    assert set(results.describe(VIEW, KEYS)) == {"dagster/column_lineage", "columns_come_from"}


def test_a_failed_test_shows_the_rows_that_it_found(results: DbtResults) -> None:
    shown = results.failing_rows(TEST)
    assert shown.value.splitlines() == ["| note | n |", "| --- | --- |", "| &lt;b&gt; | 2 |"]


def test_only_failed_checks_are_told_more_about(results: DbtResults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "asset_keys", lambda: KEYS)
    output = dg.Output(None, output_name="marts__fct", metadata={"unique_id": MODEL})
    check = dg.AssetCheckResult(passed=False, check_name="unique_fct", metadata={"unique_id": TEST})
    built, failed = tell_more([output, check], results)
    assert (built.output_name, built.metadata["dagster/row_count"].value) == ("marts__fct", 2)
    assert (failed.passed, failed.check_name) == (False, "unique_fct")
    assert "failing_rows" in failed.metadata


def test_a_failed_build_tells_its_rows_before_it_fails(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt ends with an error after a failed test: what it found must be told all the same."""
    check = dg.AssetCheckResult(passed=False, check_name="c", asset_key="a", metadata={"unique_id": TEST})

    def stream() -> Iterator[dg.AssetCheckResult]:
        yield check
        raise models.DagsterDbtCliRuntimeError("1 of 1 failed")

    target = home.home / "dbt"
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": NODES, "sources": SOURCES}), encoding="utf-8")
    duckdb.connect(str(home.warehouse_path)).close()
    dbt = SimpleNamespace(cli=lambda *_, **__: SimpleNamespace(stream=stream, target_path=target))
    step = dbt_models.op.compute_fn.decorated_fn
    told = step(SimpleNamespace(), dbt, SimpleNamespace(settings=lambda: home))
    failed = next(told)
    assert "the failing rows cannot be read" in failed.metadata["failing_rows"].value
    with pytest.raises(models.DagsterDbtCliRuntimeError, match="1 of 1 failed"):
        next(told)


def test_every_dbt_asset_has_a_key_of_its_own() -> None:
    keys = asset_keys()
    assert keys["model.union_warehouse.fct_union_metrics"] == dg.AssetKey(["marts", "fct_union_metrics"])
    assert keys["source.union_warehouse.raw.claims"] == dg.AssetKey(["raw", "claims"])
    assert len(set(keys.values())) == len(keys)
