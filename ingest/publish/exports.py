"""Copies every published table out of the warehouse as Parquet and CSV, with a manifest.

Layout under the exports root: `parquet/<table>.parquet`, `csv/<table>.csv`, `manifest.json` (tables with
description, columns, rows, and the SHA-256 of each file). The folder is written beside its place and then
swapped in: a reader sees the former export or the new one, and an aborted export leaves the former one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import TypedDict

import duckdb

from ingest.warehouse import WarehouseError, connect

SCHEMA = "marts"
FORMATS = ("parquet", "csv")
MANIFEST = "manifest.json"


class ExportedColumn(TypedDict):
    """A column of an exported table: its DuckDB type and what it holds."""

    name: str
    type: str
    description: str


class ExportedTable(TypedDict):
    """A table of the manifest. `files` maps a path under the exports root to the SHA-256 of its bytes."""

    name: str
    description: str
    rows: int
    columns: list[ExportedColumn]
    files: dict[str, str]


def export_marts(warehouse_path: Path, exports_root: Path) -> list[ExportedTable]:
    """Write all tables of the `marts` schema under `exports_root` and return the manifest's entries.

    Rows are in order of the table's columns, so that equal tables give equal files. Raises WarehouseError
    where the warehouse has no published tables yet.
    """
    exports_root.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(exports_root)
    staging = exports_root.with_name(f".{exports_root.name}.{uuid.uuid4().hex}.new")
    try:
        tables = _write_tables(warehouse_path, staging)
        (staging / MANIFEST).write_text(json.dumps({"tables": tables}, ensure_ascii=False, indent=2), "utf-8")
        _swap_in(staging, exports_root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tables


def _write_tables(warehouse_path: Path, folder: Path) -> list[ExportedTable]:
    for file_format in FORMATS:
        (folder / file_format).mkdir(parents=True)
    with connect(warehouse_path, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            """
            SELECT table_name, coalesce(comment, '') FROM duckdb_tables() WHERE schema_name = $schema
            UNION ALL SELECT view_name, coalesce(comment, '') FROM duckdb_views() WHERE schema_name = $schema
            ORDER BY ALL
            """,
            {"schema": SCHEMA},
        ).fetchall()
        if not found:
            raise WarehouseError(f"{warehouse_path} holds no published tables: build the models first")
        return [_write_table(connection, folder, name, description) for name, description in found]


def _write_table(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, description: str) -> ExportedTable:
    files = {}
    for file_format, options in zip(FORMATS, ("FORMAT parquet, COMPRESSION zstd", "FORMAT csv, HEADER"), strict=True):
        path = folder / file_format / f"{name}.{file_format}"
        connection.execute(f"COPY (FROM {SCHEMA}.{name} ORDER BY ALL) TO '{_quoted(path)}' ({options})")
        files[f"{file_format}/{path.name}"] = sha256_of(path)
    row = connection.execute(f"SELECT count(*) FROM {SCHEMA}.{name}").fetchone()  # noqa: S608 (names from the catalogue)
    return {
        "name": name,
        "description": description.strip(),
        "rows": int(row[0]) if row else 0,
        "columns": _columns(connection, name),
        "files": files,
    }


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[ExportedColumn]:
    rows = connection.execute(
        """
        SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
        WHERE schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        [SCHEMA, table],
    ).fetchall()
    return [{"name": name, "type": kind, "description": comment.strip()} for name, kind, comment in rows]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _remove_leftovers(target: Path) -> None:
    """Folders that an export which was killed left beside its place."""
    for leftover in target.parent.glob(f".{target.name}.*.*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _swap_in(staging: Path, target: Path) -> None:
    """Put the new folder in the place of the former one, which is removed only afterwards."""
    former = target.with_name(f".{target.name}.{uuid.uuid4().hex}.old")
    if target.exists():
        target.rename(former)
    try:
        staging.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
