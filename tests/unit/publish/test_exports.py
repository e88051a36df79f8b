"""Exports are whole or not there: equal tables give equal files, and a failure leaves the former ones."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.publish import ReadError, read_facts
from ingest.publish.exports import export_marts, read_manifest, refresh_exports
from ingest.releases import sha256_of
from ingest.warehouse import WarehouseError


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.dim_metric AS SELECT * FROM (VALUES ('b', 2), ('a', 1)) AS t (code, tier)"
        )
        connection.execute("COMMENT ON TABLE marts.dim_metric IS 'What is measured.'")
        connection.execute("COMMENT ON COLUMN marts.dim_metric.tier IS '1 for headlines.'")
    return path


def test_tables_are_written_in_both_formats_with_a_manifest(warehouse: Path, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    tables = export_marts(warehouse, exports)

    assert pl.read_parquet(exports / "parquet" / "dim_metric.parquet").rows() == [("a", 1), ("b", 2)]
    assert (exports / "csv" / "dim_metric.csv").read_text("utf-8") == "code,tier\na,1\nb,2\n"
    assert json.loads((exports / "manifest.json").read_text("utf-8")) == {"tables": tables}
    (table,) = tables
    assert (table["name"], table["description"], table["rows"]) == ("dim_metric", "What is measured.", 2)
    assert table["columns"][1] == {"name": "tier", "type": "INTEGER", "description": "1 for headlines."}
    assert all(sha256_of(exports / file) == digest for file, digest in table["files"].items())


def test_equal_tables_give_equal_files(warehouse: Path, tmp_path: Path) -> None:
    assert (
        export_marts(warehouse, tmp_path / "one")[0]["files"] == export_marts(warehouse, tmp_path / "two")[0]["files"]
    )


def test_a_failed_export_leaves_the_former_one_and_no_litter(warehouse: Path, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    export_marts(warehouse, exports)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("DROP TABLE marts.dim_metric")

    with pytest.raises(WarehouseError, match="holds no published tables: build the models first"):
        export_marts(warehouse, exports)

    assert (exports / "parquet" / "dim_metric.parquet").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exports", "warehouse.duckdb"]


def test_some_tables_are_refreshed_and_the_others_keep_their_files(warehouse: Path, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE TABLE marts.dim_release AS SELECT 1 AS n")
    [metric, _] = export_marts(warehouse, exports)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("INSERT INTO marts.dim_release VALUES (2)")
        connection.execute("DROP TABLE marts.dim_metric")

    refresh_exports(warehouse, exports, ["dim_release"])

    assert pl.read_parquet(exports / "parquet" / "dim_release.parquet").rows() == [(1,), (2,)]
    assert pl.read_parquet(exports / "parquet" / "dim_metric.parquet").rows() == [("a", 1), ("b", 2)]
    [kept, refreshed] = read_manifest(exports)
    assert kept == metric
    assert (refreshed["rows"], refreshed["files"]["csv/dim_release.csv"]) == (
        2, sha256_of(exports / "csv" / "dim_release.csv"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, r"manifest\.json does not exist: run the pipeline first"), ("{", "cannot be read as a manifest of tables")],
)
def test_a_missing_or_broken_manifest_is_told(tmp_path: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(WarehouseError, match=sentence):
        read_manifest(tmp_path)


def test_times_in_csv_are_iso_in_utc(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE TABLE marts.dim_time AS SELECT TIMESTAMPTZ '2026-11-24 08:30:00.5+08' AS told_at")
    export_marts(warehouse, tmp_path / "exports")

    assert (tmp_path / "exports" / "csv" / "dim_time.csv").read_text(
        "utf-8"
    ) == "told_at\n2026-11-24T00:30:00.500000Z\n"


def test_litter_of_a_killed_export_is_removed(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / ".exports.0123.new").mkdir()

    export_marts(warehouse, tmp_path / "exports")

    assert not (tmp_path / ".exports.0123.new").exists()


def test_reading_before_the_first_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"fct_union_metrics\.parquet does not exist: run the pipeline first"):
        read_facts(tmp_path)
