"""Copies every published table out of the warehouse as Parquet and CSV, with a manifest.

Layout under the exports root: `parquet/<table>.parquet`, `csv/<table>.csv`, `manifest.json` (tables with
description, columns, rows, and the SHA-256 of each file). The folder is written beside its place and then
swapped in: a reader sees the former export or the new one, and an aborted export leaves the former one.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import TypedDict, cast

import duckdb

from ingest.files import remove_leftovers, swap_in
from ingest.releases import sha256_of
from ingest.warehouse import WarehouseError, connect

SCHEMA = "marts"
FORMATS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    # times as ISO 8601 in UTC, which every reader of CSV understands
    "csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'",
}
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
    remove_leftovers(exports_root)
    staging = exports_root.with_name(f".{exports_root.name}.{uuid.uuid4().hex}.new")
    try:
        tables = _write_tables(warehouse_path, staging)
        (staging / MANIFEST).write_text(json.dumps({"tables": tables}, ensure_ascii=False, indent=2), "utf-8")
        swap_in(staging, exports_root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tables


def refresh_exports(warehouse_path: Path, exports_root: Path, names: Collection[str]) -> None:
    """Write some tables anew and keep the files of the others; all are swapped in together, as by `export_marts`."""
    kept = [table for table in read_manifest(exports_root) if table["name"] not in names]
    remove_leftovers(exports_root)
    staging = exports_root.with_name(f".{exports_root.name}.{uuid.uuid4().hex}.new")
    try:
        written = _write_tables(warehouse_path, staging, names)
        for file in (file for table in kept for file in table["files"]):
            _share(exports_root / file, staging / file)
        tables = sorted([*kept, *written], key=lambda table: table["name"])
        (staging / MANIFEST).write_text(json.dumps({"tables": tables}, ensure_ascii=False, indent=2), "utf-8")
        swap_in(staging, exports_root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_manifest(exports_root: Path) -> list[ExportedTable]:
    """The tables of the last export. Raises WarehouseError where there is none, or its manifest is broken."""
    file = exports_root / MANIFEST
    try:
        return cast(list[ExportedTable], json.loads(file.read_text("utf-8"))["tables"])
    except FileNotFoundError as error:
        raise WarehouseError(f"{file} does not exist: run the pipeline first") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(f"{file} cannot be read as a manifest of tables: run the pipeline again") from error


def _write_tables(warehouse_path: Path, folder: Path, names: Collection[str] | None = None) -> list[ExportedTable]:
    """Write the named tables (all, if None are named) under a new folder."""
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
        wanted = [(name, description) for name, description in found if names is None or name in names]
        return [_write_table(connection, folder, name, description) for name, description in wanted]


def _write_table(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, description: str) -> ExportedTable:
    files = {}
    for file_format, options in FORMATS.items():
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


def _share(file: Path, other: Path) -> None:
    """Let a file have another name; copy it where the file system cannot."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)
