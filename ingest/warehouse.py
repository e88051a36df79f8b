"""The way from the lake into the DuckDB file: every frame becomes a table of the `raw` schema.

Belongs here: opening the warehouse file, loading it in one transaction, keeping the history of claims.
Does not belong here: anything that gives the rows meaning (that is dbt's work).

One process writes the file at a time, and nobody else may have it open meanwhile: readers use the exported
Parquet. Every connection made here is closed again, whatever happens. Where `UNION_WAREHOUSE_STORE` says so, the
warehouse is a DuckLake instead of a file (`ingest.store`, which also holds the limits of a connection).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest.columns import COLUMNS
from ingest.corrections import Correction, check_guard, load_corrections
from ingest.lake import Lake
from ingest.loading import PART_COLUMN, PartError, load_frames
from ingest.release_history import load_releases
from ingest.store import DATABASE, StoreError, attach_lake, connection_options, is_lake, lake_from_environment

RAW = "raw"
HISTORY = "claim_history"
CORRECTIONS = "corrections"
# Columns that do not make a claim another one: by which version of the reader it was read.
UNTOLD_COLUMNS = frozenset({PART_COLUMN, "extractor_version"})
# Claims of so many pages are looked for once and kept aside; more would fill the memory.
FEW_PAGES = 5000
CORRECTION_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "correction_id": pl.String,
    "claim_id": pl.String,
    "url": pl.String,
    "action": pl.String,
    "corrected_value": pl.Float64,
    "reason": pl.String,
    "decided_by": pl.String,
    "decided_on": pl.Date,
    "is_active": pl.Boolean,
}
LOCK_ATTEMPTS = 5
LOCK_PAUSE_SECONDS = 1.0


class WarehouseError(Exception):
    """The warehouse cannot be opened or loaded; the message says which file is at fault and how to mend it."""


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse file that is closed on leaving, also after an error.

    Waits a few seconds for another process to let go of the file. Raises WarehouseError if it does not, or if
    the file is no DuckDB database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, read_only=read_only)
    try:
        yield connection
    finally:
        connection.close()


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return _open_lake(path, read_only=read_only) if is_lake(path) else _open_file(path, read_only=read_only)
    except StoreError as error:
        raise WarehouseError(str(error)) from error


def _open_file(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    config = connection_options(path)
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            return duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise WarehouseError(f"{path} cannot be opened as a DuckDB file: {_first_line(error)}") from error
            if attempt == LOCK_ATTEMPTS:
                raise WarehouseError(f"{path} is open in another process: end it, then run this again") from error
            time.sleep(LOCK_PAUSE_SECONDS)
    raise AssertionError("unreachable: the loop returns or raises")


def _open_lake(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    lake = lake_from_environment()
    connection = duckdb.connect(config=connection_options(path))
    try:
        attach_lake(connection, lake, read_only=read_only)
        connection.execute(f"USE {DATABASE}")
    except duckdb.Error as error:
        connection.close()
        raise WarehouseError(f"the lake {lake.catalogue} cannot be opened: {_first_line(error)}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def load_raw(
    lake: Lake,
    warehouse_path: Path,
    loaded_at: datetime | None = None,
    corrections: Path | None = None,
    releases: Path | None = None,
) -> dict[str, int]:
    """Bring the `raw` schema to the state of the lake, replacing the parts that changed. Returns rows by frame.

    All happens in one transaction: readers afterwards see the former state or the new one, and loading the
    same lake again changes nothing. A frame without parts becomes an empty table of the right types.
    `raw.claim_history` keeps every version of every claim with the times at which it was asserted and
    retracted (`loaded_at`, now by default). `raw.corrections` holds the human decisions of a folder (the
    project's own by default). `raw.releases` and what belongs to it tell what the release folders under
    `releases` hold. Raises WarehouseError for a file that cannot be read, CorrectionError for a decision whose
    guard no longer matches and ReleaseError for a release that is not as it was published.
    """
    decisions = load_corrections(corrections)
    when = loaded_at or datetime.now(UTC)
    with connect(warehouse_path) as connection:
        connection.execute("BEGIN TRANSACTION")
        try:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {RAW}")
            is_whole = load_frames(connection, lake)
            counts = {frame: _count(connection, frame) for frame in COLUMNS}
            counts[HISTORY] = _keep_history(connection, when, is_whole=is_whole)
            counts[CORRECTIONS] = _load_corrections(connection, decisions)
            counts |= load_releases(connection, releases)
        except BaseException as error:
            connection.execute("ROLLBACK")
            if isinstance(error, PartError):
                raise WarehouseError(str(error)) from error
            raise
        connection.execute("COMMIT")
    return counts


def _create_like(connection: duckdb.DuckDBPyConnection, table: str, empty: pl.DataFrame) -> None:
    connection.register("incoming", empty.to_arrow())
    connection.execute(f"CREATE OR REPLACE TABLE {RAW}.{table} AS FROM incoming LIMIT 0")
    connection.unregister("incoming")


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    connection.register("incoming", rows.to_arrow())
    connection.execute(f"INSERT INTO {RAW}.{table} BY NAME FROM incoming")
    connection.unregister("incoming")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return _one(connection, f"SELECT count(*) FROM {RAW}.{table}")  # noqa: S608 (names of our own)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _keep_history(connection: duckdb.DuckDBPyConnection, when: datetime, *, is_whole: bool) -> int:
    """Bring `raw.claim_history` up to date: new versions are asserted, versions no longer stated are retracted.

    A version is a claim with all its values; a claim that is read differently retracts its former version. One
    that a newer reader reads in the same way stays the version it was. Unless all claims were loaded (`is_whole`)
    only those of the pages that were touched are compared.
    """
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS raw.claim_history AS
        SELECT * EXCLUDE (lake_part), '' AS source_row_md5, now() AS asserted_at, now() AS retracted_at
        FROM raw.claims LIMIT 0
        """
    )
    _match_columns(connection)
    touched = "true" if is_whole else "page_id IN (SELECT page_id FROM touched_pages)"
    pages = _one(connection, "SELECT count(DISTINCT page_id) FROM touched_pages")
    kind = "VIEW" if is_whole or pages > FEW_PAGES else "TABLE"
    claims = f"SELECT *, rowid AS claim_row FROM raw.claims WHERE {touched}"  # noqa: S608 (SQL of our own)
    connection.execute(f"CREATE OR REPLACE TEMP {kind} touched_claims AS {claims}")
    hashed = f"SELECT claim_row, {_version_hash(connection)} AS source_row_md5 FROM touched_claims"  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TEMP TABLE current_versions AS {hashed}")
    retract = f"""
        UPDATE raw.claim_history SET retracted_at = $when
        WHERE retracted_at IS NULL AND {touched} AND NOT EXISTS (
            FROM current_versions AS versions WHERE versions.source_row_md5 = claim_history.source_row_md5
        )
    """  # noqa: S608 (SQL of our own)
    connection.execute(retract, {"when": when})
    # step by step, each with joins that spill: the claims may be larger than the memory limit
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE new_versions AS
        SELECT min(claim_row) AS claim_row, source_row_md5 FROM current_versions
        ANTI JOIN (SELECT source_row_md5 FROM raw.claim_history WHERE retracted_at IS NULL) USING (source_row_md5)
        GROUP BY source_row_md5
        """
    )
    connection.execute(
        """
        INSERT INTO raw.claim_history BY NAME
        SELECT claims.* EXCLUDE (lake_part, claim_row), versions.source_row_md5,
            $when::TIMESTAMPTZ AS asserted_at, NULL::TIMESTAMPTZ AS retracted_at
        FROM touched_claims AS claims INNER JOIN new_versions AS versions USING (claim_row)
        """,
        {"when": when},
    )
    connection.execute(f"DROP {kind} touched_claims")
    connection.execute("DROP TABLE new_versions")
    connection.execute("DROP TABLE current_versions")
    return _count(connection, HISTORY)


def _version_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL for the hash of a claim with all its values; an empty value is not the same as an empty text."""
    names = {name for name, *_ in connection.execute("DESCRIBE raw.claims").fetchall()} - UNTOLD_COLUMNS
    texts = ", ".join(f'coalesce(CAST("{name}" AS VARCHAR), chr(0))' for name in sorted(names))
    return f"md5(concat_ws(chr(31), {texts}))"


def _load_corrections(connection: duckdb.DuckDBPyConnection, decisions: list[Correction]) -> int:
    """Put the decisions beside the claims, after comparing each active one with what its page says now."""
    for decision in decisions:
        if decision.status == "active" and _is_read(connection, decision.url):
            check_guard(decision, _stated(connection, decision.claim_id))
    rows = [decision.model_dump() for decision in decisions]
    for row in rows:
        row |= {"correction_id": row["id"], "is_active": row["status"] == "active"}
    table = [{name: row[name] for name in CORRECTION_COLUMNS} for row in rows]
    frame = pl.DataFrame(table, schema=CORRECTION_COLUMNS)
    _create_like(connection, CORRECTIONS, frame.clear())
    _append(connection, CORRECTIONS, frame)
    return frame.height


def _is_read(connection: duckdb.DuckDBPyConnection, url: str) -> bool:
    return connection.execute("SELECT 1 FROM raw.pages WHERE url = ? LIMIT 1", [url]).fetchone() is not None


def _stated(connection: duckdb.DuckDBPyConnection, claim_id: str) -> dict[str, object] | None:
    row = connection.execute("SELECT raw_span, obs_value FROM raw.claims WHERE claim_id = ?", [claim_id]).fetchone()
    return {"raw_span": row[0], "obs_value": row[1]} if row else None


def _match_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the history the columns that claims have gained since it was made; older versions leave them empty."""
    types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {RAW}.claims").fetchall()}
    types.pop(PART_COLUMN)
    known = {name for name, *_ in connection.execute(f"DESCRIBE {RAW}.{HISTORY}").fetchall()}
    for name in [name for name in types if name not in known]:
        connection.execute(f'ALTER TABLE {RAW}.{HISTORY} ADD COLUMN "{name}" {types[name]}')


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
