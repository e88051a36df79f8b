"""The lake holds the same warehouse as the file, is read while it is written, and keeps its former states."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ingest.publish.exports import export_marts
from ingest.store import attach_lake, lake_from_environment
from ingest.warehouse import WarehouseError, connect, load_raw
from tests.integration.dbt.lake_scenarios import claim, scenarios, write_lake
from tests.integration.ducklake.conftest import Stores
from tests.integration.postgres_server import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.xdist_group("ducklake")]

RELATIONS = """
    SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' AND database_name = ?
    UNION ALL SELECT view_name FROM duckdb_views() WHERE schema_name = 'marts' AND database_name = ? ORDER BY ALL
"""
COLUMNS = """
    SELECT table_name, column_name, data_type FROM duckdb_columns()
    WHERE schema_name = 'marts' AND database_name = ? ORDER BY table_name, column_index
"""


@pytest.mark.usefixtures("in_lake")
def test_every_public_table_is_the_same_in_both_stores(stores: Stores) -> None:
    with connect(stores.lake, read_only=True) as connection:
        connection.execute(f"ATTACH '{stores.file}' AS file (READ_ONLY)")
        tables = [name for (name,) in connection.execute(RELATIONS, ["warehouse"] * 2).fetchall()]
        in_file = [name for (name,) in connection.execute(RELATIONS, ["file"] * 2).fetchall()]
        columns = [connection.execute(COLUMNS, [store]).fetchall() for store in ("warehouse", "file")]
        differing = {
            f"{name}: in {one} alone": rows
            for name in tables
            for one, other in (("warehouse", "file"), ("file", "warehouse"))
            if (
                rows := connection.execute(
                    f"FROM {one}.marts.{name} EXCEPT ALL FROM {other}.marts.{name} LIMIT 3"
                ).fetchall()
            )
        }
        facts = connection.execute("SELECT count(*) FROM marts.fct_union_metrics").fetchone()

    assert tables == in_file
    assert {"dim_region", "fct_union_claims", "fct_union_metrics", "rpt_conflicts"} <= set(tables)
    assert columns[0] == columns[1]
    assert differing == {}
    assert facts is not None
    assert facts[0] > 20


@pytest.mark.usefixtures("in_lake")
def test_the_exports_of_both_stores_are_the_same_files(stores: Stores, tmp_path: Path) -> None:
    of_file = export_marts(stores.file, tmp_path / "file")
    of_lake = export_marts(stores.lake, tmp_path / "lake")

    assert [table["files"] for table in of_lake] == [table["files"] for table in of_file]
    assert [table["description"] for table in of_lake] == [table["description"] for table in of_file]
    assert json.loads((tmp_path / "lake" / "manifest.json").read_text("utf-8"))["tables"] == of_lake


@pytest.mark.usefixtures("in_lake")
def test_a_lake_keeps_not_null_and_the_comments_of_a_contract(stores: Stores) -> None:
    with connect(stores.lake) as connection:
        with pytest.raises(duckdb.ConstraintException, match="metric_code"):
            connection.execute("INSERT INTO marts.dim_metric (metric_code) VALUES (NULL)")
        undescribed = connection.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'fct_union_metrics' AND comment IS NULL"
        ).fetchone()

    assert undescribed == (0,)


@pytest.mark.usefixtures("in_lake")
def test_extensions_come_from_packages_with_their_signatures_checked(stores: Stores) -> None:
    with connect(stores.lake, read_only=True) as connection:
        loaded = connection.execute(
            """
            SELECT extension_name, install_mode FROM duckdb_extensions()
            WHERE loaded AND install_mode <> 'STATICALLY_LINKED' ORDER BY ALL
            """
        ).fetchall()
        unsigned = connection.execute("SELECT current_setting('allow_unsigned_extensions')").fetchone()

    assert loaded == [("ducklake", "NOT_INSTALLED"), ("postgres_scanner", "NOT_INSTALLED")]
    assert unsigned == (False,)


@pytest.mark.usefixtures("in_lake")
def test_a_reader_sees_the_former_state_until_the_writer_is_done(stores: Stores) -> None:
    with connect(stores.lake) as writer, connect(stores.lake, read_only=True) as reader:
        writer.execute("CREATE OR REPLACE TABLE raw.noted AS SELECT 'former' AS state")
        writer.execute("BEGIN TRANSACTION")
        writer.execute("UPDATE raw.noted SET state = 'new'")
        meanwhile = reader.execute("FROM raw.noted").fetchall()
        own = writer.execute("FROM raw.noted").fetchall()
        writer.execute("COMMIT")
        afterwards = reader.execute("FROM raw.noted").fetchall()
        with pytest.raises(duckdb.Error, match="read-only"):
            reader.execute("DELETE FROM raw.noted")
        writer.execute("DROP TABLE raw.noted")

    assert (meanwhile, own, afterwards) == ([("former",)], [("new",)], [("new",)])


@pytest.mark.usefixtures("in_lake")
def test_files_that_only_expired_states_need_are_removed(stores: Stores, postgres: PostgresServer) -> None:
    postgres.create_database("expired")
    folder = stores.lake.parent / "expired"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNION_WAREHOUSE_DUCKLAKE_CATALOGUE", "dbname=expired")
        patch.setenv("UNION_WAREHOUSE_DUCKLAKE_DATA", str(folder))
        with connect(stores.lake) as connection:
            for first in (0, 5000):
                connection.execute(f"CREATE OR REPLACE TABLE numbers AS FROM range({first}, 10000)")
            before = len(list(folder.rglob("*.parquet")))
            connection.execute("CALL ducklake_expire_snapshots('warehouse', older_than => now() - INTERVAL 0 DAY)")
            connection.execute("CALL ducklake_cleanup_old_files('warehouse', older_than => now() + INTERVAL 1 DAY)")
            after = len(list(folder.rglob("*.parquet")))
            left = connection.execute("SELECT count(*), min(range) FROM numbers").fetchone()

    assert (before, after, left) == (2, 1, (5000, 5000))


@pytest.mark.usefixtures("in_lake")
def test_an_old_state_stays_queryable_after_another_load(stores: Stores, postgres: PostgresServer) -> None:
    postgres.create_database("former_states")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNION_WAREHOUSE_DUCKLAKE_CATALOGUE", "dbname=former_states")
        patch.setenv("UNION_WAREHOUSE_DUCKLAKE_DATA", str(stores.lake.parent / "former_states"))
        write_lake(stores.frames)
        load_raw(stores.frames, stores.lake)
        with connect(stores.lake, read_only=True) as connection:
            before = connection.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('warehouse')").fetchone()
        write_lake(stores.frames, [claim("union_members", 1.0), *scenarios()[1:]])
        load_raw(stores.frames, stores.lake)
        write_lake(stores.frames)
        members = "SELECT obs_value FROM raw.claims {} WHERE metric_code = 'union_members' AND ref_year = 2017"
        assert before is not None
        with connect(stores.lake, read_only=True) as connection:
            now = connection.execute(members.format("") + " AND unit_code = 'person'").fetchall()
            then = connection.execute(
                members.format(f"AT (VERSION => {before[0]})") + " AND unit_code = 'person'"
            ).fetchall()
            history = connection.execute(
                """
                SELECT obs_value, retracted_at IS NULL FROM raw.claim_history
                WHERE metric_code = 'union_members' AND ref_year = 2017 AND unit_code = 'person' ORDER BY ALL
                """
            ).fetchall()

    assert (then, now) == ([(5708000.0,)], [(1.0,)])
    assert history == [(1.0, True), (5708000.0, False)]


@pytest.mark.usefixtures("in_lake")
def test_a_catalogue_that_does_not_answer_is_told_without_the_password(
    stores: Stores, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKLAKE_CATALOGUE", "dbname=no_such_lake")

    with pytest.raises(WarehouseError, match="the lake dbname=no_such_lake cannot be opened: ") as told:
        load_raw(stores.frames, stores.lake)
    assert postgres.password not in str(told.value)


def test_the_files_of_a_lake_may_lie_in_a_bucket(
    stores: Stores, lake_variables: dict[str, str], postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    moto = pytest.importorskip("moto.server", reason="the development packages are not installed")
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("s3fs", reason="the extra `s3` is not installed")
    postgres.create_database("in_bucket")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for name, value in (
            lake_variables
            | {
                "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": f"http://{host}:{port}",
                "UNION_WAREHOUSE_DUCKLAKE_CATALOGUE": "dbname=in_bucket",
                "UNION_WAREHOUSE_DUCKLAKE_DATA": "s3://warehouse/lake",
            }
        ).items():  # fmt: skip
            monkeypatch.setenv(name, value)
        bucket = fsspec.filesystem("s3", skip_instance_cache=True)
        bucket.mkdir("warehouse")
        with connect(stores.lake) as writer:
            writer.execute("CREATE SCHEMA raw; CREATE TABLE raw.numbers AS SELECT range AS n FROM range(50000)")
        with connect(stores.lake, read_only=True) as reader:
            read = reader.execute("SELECT count(*), sum(n) FROM raw.numbers").fetchone()
        files = bucket.find("warehouse/lake")
    finally:
        server.stop()

    assert read == (50000, 1249975000)
    assert len(files) == 1
    assert files[0].startswith("warehouse/lake/raw/numbers/")


@pytest.mark.usefixtures("in_lake")
def test_a_second_catalogue_cannot_take_the_files_of_the_first(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKLAKE_DATA", "/srv/elsewhere")
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match=r"(?i)data.path"):
        attach_lake(connection, lake_from_environment())
