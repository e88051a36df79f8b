"""Frames of the lake into tables of the `raw` schema, page by page: only what changed since the last load.

Belongs here: which parts and pages a table already holds, and replacing the others in bulk. Does not belong here:
opening the warehouse, the transaction, or the history of claims (`ingest.warehouse`).

Every raw table has one column more than its frame, `lake_part` (`<source_id>/<part>`); `raw.lake_parts` says which
version of each part is loaded, and `raw.lake_pages` which content of each page, where the files tell that (`pages` and
`claims` do). DuckDB reads the Parquet files itself: no frame passes through this process. Parts
on remote storage are first copied to a temporary folder, a few at a time.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from ingest.columns import COLUMNS
from ingest.files import is_local
from ingest.lake import CONTENTS, Lake, StoredPart

PART_COLUMN = "lake_part"
FILES_AT_ONCE = 64
# Rows of whole parts, and rows of the pages that changed: conditions on a raw table and on the files.
OF_PARTS = "lake_part IN (SELECT unnest($parts))"
OF_PAGES = "(lake_part, url) IN (SELECT (lake_part, url) FROM changed_pages)"

Connection = duckdb.DuckDBPyConnection
Values = dict[str, list[str]]


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

    Unless it was, the temporary table `touched_pages` then names the pages whose claims were replaced. Raises
    PartError for a file that cannot be read or is of another shape.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS raw.lake_parts (frame VARCHAR, part VARCHAR, mark VARCHAR)")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS raw.lake_pages"
        " (frame VARCHAR, part VARCHAR, mark VARCHAR, url VARCHAR, content VARCHAR)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE touched_pages (page_id VARCHAR)")
    changes = [_change(connection, lake, frame) for frame in COLUMNS]
    for change in changes:
        _load(connection, lake, change)
    return next(change.is_whole for change in changes if change.frame == "claims")


def _change(connection: Connection, lake: Lake, frame: str) -> Change:
    """Compare the parts of a frame with those that its table holds."""
    stored = {_name(part): part for part in lake.stored(frame)}
    loaded = dict(connection.execute("SELECT part, mark FROM raw.lake_parts WHERE frame = ?", [frame]).fetchall())
    if not loaded or not _has_shape(connection, frame):
        return Change(frame, [], list(stored.values()), is_whole=True)
    gone = [name for name in loaded if name not in stored]
    come = [part for name, part in stored.items() if loaded.get(name) != part.mark]
    return Change(frame, gone, come, is_whole=False)


def _name(part: StoredPart) -> str:
    return f"{part.source_id}/{part.name}"


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


def _load(connection: Connection, lake: Lake, change: Change) -> None:
    """Bring one raw table to the state of the lake."""
    if change.is_whole:
        connection.register("incoming", _empty(change.frame).to_arrow())
        connection.execute(f"CREATE OR REPLACE TABLE raw.{change.frame} AS FROM incoming LIMIT 0")
        connection.unregister("incoming")
        for table in ("lake_parts", "lake_pages"):
            connection.execute(f"DELETE FROM raw.{table} WHERE frame = ?", [change.frame])  # noqa: S608 (our names)
    if change.gone:
        _remove(connection, change, OF_PARTS, {"parts": change.gone})
    for files in _batches(lake, change.come):
        _replace(connection, change, files)
    _remember(connection, change)


def _replace(connection: Connection, change: Change, files: Sequence[tuple[StoredPart, Path]]) -> None:
    """Replace the rows of parts by those of their files: page by page where both tell what is in their pages."""
    for part, path in files:
        _require_shape(change.frame, part, path)
    known = _note_changed_pages(connection, change.frame, files)
    whole = {_name(part): path for part, path in files if _name(part) not in known}
    by_page = [path for part, path in files if _name(part) in known]
    if whole:
        _exchange(connection, change, list(whole.values()), OF_PARTS, {"parts": list(whole)})
    if by_page:
        _exchange(connection, change, by_page, OF_PAGES, {})


def _exchange(connection: Connection, change: Change, paths: Sequence[Path], condition: str, values: Values) -> None:
    """Put those rows of files that meet a condition in the place of those of the table that meet it."""
    _remove(connection, change, condition, values)
    _append(connection, change.frame, paths, condition, values)
    if change.frame == "claims" and not change.is_whole:
        _note_touched(connection, condition, values)


def _contents(path: Path) -> dict[str, str]:
    """A hash of the rows of each page, as a file tells it; nothing where it tells none."""
    told = json.loads(pl.read_parquet_metadata(path).get(CONTENTS, "{}"))
    return {str(url): str(content) for url, content in told.items()}


def _note_changed_pages(connection: Connection, frame: str, files: Sequence[tuple[StoredPart, Path]]) -> set[str]:
    """Fill `changed_pages` by comparing what files tell of their pages with what is loaded, and keep what they tell.

    Gives the parts of which both is known; of others all rows are to be replaced. What was told of another state of a
    part than the one that is loaded counts for nothing: a loader that knew no pages may have been at work since.
    """
    rows = [(_name(part), part.mark, url, content) for part, path in files for url, content in _contents(path).items()]
    columns = ("part", "mark", "url", "content")
    arrived = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    connection.register("arrived", arrived.to_arrow())
    of_frame = {"frame": frame, "parts": [_name(part) for part, _ in files]}
    loaded = """
        SELECT part, url, content FROM raw.lake_pages SEMI JOIN raw.lake_parts USING (frame, part, mark)
        WHERE frame = $frame AND part IN (SELECT unnest($parts))
    """
    known = connection.execute(f"SELECT DISTINCT part FROM ({loaded}) SEMI JOIN arrived USING (part)", of_frame)  # noqa: S608
    parts = {str(part) for (part,) in known.fetchall()}
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE changed_pages AS
        SELECT part AS lake_part, url FROM ({loaded}) AS loaded FULL JOIN arrived USING (part, url)
        WHERE loaded.content IS DISTINCT FROM arrived.content AND part IN (SELECT unnest($known))
        """,  # noqa: S608 (SQL of our own)
        of_frame | {"known": sorted(parts)},
    )
    connection.execute("DELETE FROM raw.lake_pages WHERE frame = $frame AND part IN (SELECT unnest($parts))", of_frame)
    connection.execute(
        "INSERT INTO raw.lake_pages SELECT $frame, part, mark, url, content FROM arrived", {"frame": frame}
    )
    connection.unregister("arrived")
    return parts


def _remove(connection: Connection, change: Change, condition: str, values: Values) -> None:
    """Take rows out of a raw table, noting the pages of the claims among them."""
    if change.is_whole:
        return
    if change.frame == "claims":
        _note_touched(connection, condition, values)
    connection.execute(f"DELETE FROM raw.{change.frame} WHERE {condition}", values)  # noqa: S608 (names of our own)


def _note_touched(connection: Connection, condition: str, values: Values) -> None:
    query = f"INSERT INTO touched_pages SELECT DISTINCT page_id FROM raw.claims WHERE {condition}"  # noqa: S608
    connection.execute(query, values)


def _append(connection: Connection, frame: str, paths: Sequence[Path], condition: str, values: Values) -> None:
    """Insert rows of files in order of their names."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS[frame])
    query = f"""
        INSERT INTO raw.{frame} BY NAME
        SELECT {columns}, regexp_extract(filename, '([^/]+/[^/]+)[.]parquet$', 1) AS lake_part
        FROM read_parquet($files, filename = true, hive_partitioning = false) WHERE {condition}
    """  # noqa: S608 (names of our own)
    connection.execute(query, {"files": [str(path) for path in paths], **values})


def _remember(connection: Connection, change: Change) -> None:
    """Note which parts the table now holds."""
    names = [_name(part) for part in change.come]
    of_frame = {"frame": change.frame, "parts": [*change.gone, *names]}
    connection.execute("DELETE FROM raw.lake_parts WHERE frame = $frame AND part IN (SELECT unnest($parts))", of_frame)
    if change.gone:
        query = "DELETE FROM raw.lake_pages WHERE frame = $frame AND part IN (SELECT unnest($parts))"
        connection.execute(query, {"frame": change.frame, "parts": change.gone})
    query = "INSERT INTO raw.lake_parts SELECT $frame, unnest($parts), unnest($marks)"
    marks = [part.mark for part in change.come]
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
