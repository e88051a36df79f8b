"""The exported tables, streamed in the order in which pages are written, so that memory stays bounded.

Belongs here: reading the Parquet files with an in-memory DuckDB that sorts on disk when it must. Does not belong
here: what a page shows of a row. Nothing here opens the warehouse file, and no text of a page reaches SQL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

MEMORY_LIMIT = "1GB"
ROWS_AT_ONCE = 2_000
NEEDED = (
    "dim_breakdown", "dim_metric", "dim_page", "dim_region", "dim_work", "fct_union_claims", "fct_union_metrics",
    "mart_metric_series", "rpt_coverage", "rpt_series_breaks",
)  # fmt: skip

Row = dict[str, Any]


class SiteError(Exception):
    """The site cannot be built or served; the message says why and what to do."""


class Tables:
    """The exported tables as views of one in-memory connection, by their names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, sql: str, parameters: list[object] | None = None) -> Iterator[Row]:
        """The rows of a query as dictionaries, a batch at a time; a cursor of its own lets queries interleave."""
        cursor = self.connection.cursor()
        cursor.execute(sql, parameters or [])
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def grouped(self, sql: str, key: str) -> Iterator[tuple[Any, list[Row]]]:
        """The rows of a query ordered by `key`, one list per value of it."""
        for value, rows in groupby(self.rows(sql), key=lambda row: row[key]):
            yield value, list(rows)

    def number(self, sql: str) -> int:
        """The one number that a query gives."""
        row = self.connection.execute(sql).fetchone()
        return int(row[0] or 0) if row else 0

    def remember_order(self, name: str, page_ids: Iterable[str]) -> None:
        """Keep page ids with their place in the reading order, as the table `name` (page_id, place)."""
        ids = pa.array(list(page_ids), type=pa.string())
        order = pa.table({"page_id": ids, "place": pa.array(range(len(ids)), type=pa.int64())})
        self.connection.register("_given_order", order)
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM _given_order")  # noqa: S608
        self.connection.unregister("_given_order")


@contextmanager
def open_tables(exports_root: Path) -> Iterator[Tables]:
    """Open the exported tables. Raises SiteError where one is missing."""
    folder = exports_root / "parquet"
    if not folder.is_dir():
        raise SiteError(f"{folder} does not exist: run the pipeline first (`make run`).")
    missing = [name for name in NEEDED if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise SiteError(f"{folder} does not hold {', '.join(missing)}: publish the warehouse again (`make run`).")
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET temp_directory = $folder", {"folder": scratch})
        connection.execute("SET TimeZone = 'UTC'")
        for name in NEEDED:
            path = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608
        yield Tables(connection)
