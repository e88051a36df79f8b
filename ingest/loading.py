"""Frames of the lake into tables of the `raw` schema, part by part: only what changed since the last load.

Belongs here: which parts a table already holds, and replacing the others in bulk. Does not belong here: opening the
warehouse, the transaction, or the history of claims (`ingest.warehouse`).

Every raw table has one column more than its frame, `lake_part` (`<source_id>/<part>`); `raw.lake_parts` says which
version of each part is loaded. DuckDB reads the Parquet files itself: no frame passes through this process. Parts
on remote storage are first copied to a temporary folder, a few at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from ingest.columns import COLUMNS
from ingest.files import is_local
from ingest.lake import Lake, StoredPart

PART_COLUMN = "lake_part"
# Columns that do not make a claim another one: by which version of the reader it was read.
UNTOLD_COLUMNS = frozenset({PART_COLUMN, "extractor_version"})
FILES_AT_ONCE = 64

Connection = duckdb.DuckDBPyConnection


class PartError(Exception):
    """A part that cannot be loaded; the message names the file, what is wrong and the mend."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done to a raw table: parts whose rows go, and parts whose rows come."""

    frame: str
    gone: list[str]
    come: list[StoredPart]
    is_whole: bool


def load_frames(connection: Connection, lake: Lake) -> bool:
    """Bring all raw tables to the state of the lake. Gives whether `claims` was loaded whole.

    The temporary table `touched_pages` then names the pages whose claims say something else than before. Raises
    PartError for a file that cannot be read or is of another shape.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS raw.lake_parts (frame VARCHAR, part VARCHAR, mark VARCHAR)")
    changes = [_change(connection, lake, frame) for frame in COLUMNS]
    for change in changes:
        _forget(connection, change)
        for files in _batches(lake, change.come):
            _append_files(connection, change.frame, files)
        _remember(connection, change)
    claims = next(change for change in changes if change.frame == "claims")
    _note_touched(connection, [_name(part) for part in claims.come])
    return claims.is_whole


def _note_touched(connection: Connection, came: list[str]) -> None:
    """Compare the claims that came with those that went: a part is replaced whole, but few of its pages changed."""
    query = f"""
        CREATE OR REPLACE TEMP TABLE touched_pages AS
        WITH came AS ({_hashed_claims()} WHERE lake_part IN (SELECT unnest($parts)))
        SELECT DISTINCT page_id FROM (
            (FROM came EXCEPT FROM gone_claims) UNION ALL (FROM gone_claims EXCEPT FROM came)
        )
    """  # noqa: S608 (SQL of our own)
    connection.execute(query, {"parts": came})
    connection.execute("DROP TABLE gone_claims")


def _hashed_claims() -> str:
    """SQL for the page of each loaded claim and a hash of all that the claim says."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS["claims"] if name not in UNTOLD_COLUMNS)
    return f"SELECT page_id, hash({columns}) AS said FROM raw.claims"  # noqa: S608 (names of our own)


def _name(part: StoredPart) -> str:
    return f"{part.source_id}/{part.name}"


def _change(connection: Connection, lake: Lake, frame: str) -> Change:
    """Compare the parts of a frame with those that its table holds."""
    stored = {_name(part): part for part in lake.stored(frame)}
    loaded = dict(connection.execute("SELECT part, mark FROM raw.lake_parts WHERE frame = ?", [frame]).fetchall())
    if not loaded or not _has_shape(connection, frame):
        return Change(frame, [], list(stored.values()), is_whole=True)
    gone = [name for name, mark in loaded.items() if name not in stored or stored[name].mark != mark]
    come = [part for name, part in stored.items() if loaded.get(name) != part.mark]
    return Change(frame, gone, come, is_whole=False)


def _has_shape(connection: Connection, frame: str) -> bool:
    """Whether the table has the columns of its frame, of the same types."""
    try:
        found = connection.execute(f"DESCRIBE raw.{frame}").fetchall()
    except duckdb.CatalogException:
        return False
    connection.register("incoming", _empty(frame).to_arrow())
    wanted = connection.execute("DESCRIBE SELECT * FROM incoming").fetchall()
    connection.unregister("incoming")
    return [column[:2] for column in found] == [column[:2] for column in wanted]


def _empty(frame: str) -> pl.DataFrame:
    return pl.DataFrame(schema={**COLUMNS[frame], PART_COLUMN: pl.String})


def _forget(connection: Connection, change: Change) -> None:
    """Take the rows out that are replaced, noting what the claims among them said."""
    if change.frame == "claims":
        connection.execute("CREATE OR REPLACE TEMP TABLE gone_claims (page_id VARCHAR, said UBIGINT)")
    if change.is_whole:
        connection.register("incoming", _empty(change.frame).to_arrow())
        connection.execute(f"CREATE OR REPLACE TABLE raw.{change.frame} AS FROM incoming LIMIT 0")
        connection.unregister("incoming")
        return
    if not change.gone:
        return
    gone = {"gone": change.gone}
    if change.frame == "claims":
        connection.execute(
            f"INSERT INTO gone_claims {_hashed_claims()} WHERE lake_part IN (SELECT unnest($gone))", gone
        )
    query = f"DELETE FROM raw.{change.frame} WHERE lake_part IN (SELECT unnest($gone))"  # noqa: S608 (a name of ours)
    connection.execute(query, gone)


def _remember(connection: Connection, change: Change) -> None:
    names = [_name(part) for part in change.come]
    if change.is_whole:
        connection.execute("DELETE FROM raw.lake_parts WHERE frame = ?", [change.frame])
    else:
        query = "DELETE FROM raw.lake_parts WHERE frame = $frame AND part IN (SELECT unnest($parts))"
        connection.execute(query, {"frame": change.frame, "parts": [*change.gone, *names]})
    marks = [part.mark for part in change.come]
    query = "INSERT INTO raw.lake_parts SELECT $frame, unnest($parts), unnest($marks)"
    connection.execute(query, {"frame": change.frame, "parts": names, "marks": marks})


def _batches(lake: Lake, parts: Sequence[StoredPart]) -> Iterator[list[tuple[StoredPart, Path]]]:
    """Parts with a local file of each: themselves, or copies that last until the next batch is asked for."""
    if is_local(lake.fs):
        yield [(part, Path(part.path)) for part in parts]
        return
    for start in range(0, len(parts), FILES_AT_ONCE):
        with _copies(lake, parts[start : start + FILES_AT_ONCE]) as copies:
            yield copies


@contextmanager
def _copies(lake: Lake, parts: Sequence[StoredPart]) -> Iterator[list[tuple[StoredPart, Path]]]:
    with tempfile.TemporaryDirectory(prefix="union-warehouse-") as folder:
        copies = [(part, Path(folder) / part.source_id / f"{part.name}.parquet") for part in parts]
        for _, path in copies:
            path.parent.mkdir(parents=True, exist_ok=True)
        lake.fs.get([part.path for part in parts], [str(path) for _, path in copies])
        yield copies


def _append_files(connection: Connection, frame: str, files: Sequence[tuple[StoredPart, Path]]) -> None:
    """Insert the rows of files in order of their names."""
    for part, path in files:
        _require_shape(frame, part, path)
    if not files:
        return
    columns = ", ".join(f'"{name}"' for name in COLUMNS[frame])
    query = f"""
        INSERT INTO raw.{frame} BY NAME
        SELECT {columns}, regexp_extract(filename, '([^/]+/[^/]+)[.]parquet$', 1) AS lake_part
        FROM read_parquet($files, filename = true, hive_partitioning = false)
    """  # noqa: S608 (names of our own)
    connection.execute(query, {"files": [str(path) for _, path in files]})


def _require_shape(frame: str, part: StoredPart, path: Path) -> None:
    """Raise PartError when a file is not Parquet, or does not have the columns of its frame."""
    mend = f"remove it and materialise {frame} again"
    try:
        found = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise PartError(f"{part.path} cannot be read as Parquet ({reason}): {mend}") from error
    expected = COLUMNS[frame]
    if dict(found) != expected:
        differing = sorted(set(expected.items()) ^ set(found.items()), key=lambda column: column[0])
        names = ", ".join(dict.fromkeys(name for name, _ in differing)) or "their order"
        raise PartError(f"{part.path} does not have the columns of {frame} (see: {names}): {mend}")
