"""Publishes a release: the exported tables as a folder that never changes, which can be cited and verified.

    <root>/2026.11.24-1/   parquet, csv, sdmx, descriptions, README.md, CHANGELOG.md, release.json, SHA256SUMS
    <root>/latest          symbolic link to the newest release

A release is built beside its place, written through to the disk, renamed, and only then `latest` is swapped. Whatever
ends a publication before leaves the former release in place; the next one removes what was left over.

Belongs here: the order of these steps. Does not belong here: what a release is (`ingest.releases`), its formats
(`sdmx`, `datapackage`, `croissant`), its words (`texts`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ingest.publish.croissant import write_croissant
from ingest.publish.datapackage import write_datapackage
from ingest.publish.description import RELEASE_TABLES, Table, describe_tables, read_dbt_manifest, rules_version
from ingest.publish.exports import FORMATS, ExportedTable, read_manifest, refresh_exports
from ingest.publish.sdmx import write_sdmx_files
from ingest.publish.texts import changelog, readme
from ingest.release_history import RELEASES, load_releases
from ingest.releases import (
    LATEST,
    RELEASE_FILE,
    UNRELEASED,
    Release,
    ReleaseError,
    is_release_id,
    list_releases,
    sha256_of,
    write_sums,
)
from ingest.settings import Settings
from ingest.store import is_lake
from ingest.warehouse import WarehouseError, connect

PACKAGE = "union-metrics-warehouse"
FACTS, CLAIMS, PAGES, DIFF = "fct_union_metrics", "fct_union_claims", "dim_page", "rpt_release_diff"
# A release holds every public table but these, which are made of the release folders themselves; of the difference
# it holds the step that leads to it.
LEFT_OUT = RELEASE_TABLES - {DIFF}
# What is no content: when and how a page was fetched, when a claim was first loaded. Another time is no news.
UNCOUNTED_TABLES = RELEASE_TABLES | {"rpt_fetch"}
COUNTED_ROWS = {
    CLAIMS: "SELECT * EXCLUDE (claim_version_id, asserted_at, retracted_at) FROM rows WHERE is_current",
    PAGES: "SELECT * EXCLUDE (fetched_at, warc_file, warc_offset) FROM rows",
    "rpt_quarantine": "SELECT * FROM rows WHERE stage NOT IN ('crawl', 'fetch')",
}
BUILDING = ".new"


@dataclass(frozen=True, slots=True)
class Published:
    """How a publication ended: the latest release, and whether it is a new one."""

    release: Release
    is_new: bool


def publish_release(
    settings: Settings, release_id: str | None = None, *, force: bool = False, now: datetime | None = None
) -> Published:
    """Publish the exported tables as a release, unless the latest one has the same content (`force`: also then).

    The id is the UTC date and a running number if none is given. Afterwards the warehouse and the exports know the
    release. Raises ReleaseError for an id that is taken or malformed, for another publication at work and for a
    stored release that is not as it was published, and WarehouseError where nothing was built yet.
    """
    if release_id is not None:
        _check_id(settings.releases_root, release_id)
    with _alone(settings.releases_root):
        _finish_former(settings.releases_root)
        _learn_releases(settings)
        stored = list_releases(settings.releases_root)
        exported = read_manifest(settings.exports_root)
        digest = content_digest(settings.exports_root, exported)
        if stored and stored[-1].content_digest == digest and not force:
            return Published(stored[-1], is_new=False)
        release = _new_release(settings, stored, exported, digest, release_id, now or datetime.now(UTC))
        _build(settings, release, exported)
        _point_latest(settings.releases_root, release.release_id)
        _learn_releases(settings)
        return Published(release, is_new=True)


def content_digest(exports_root: Path, exported: Sequence[ExportedTable]) -> str:
    """SHA-256 over all that the tables say, but not over times of fetching and loading."""
    digest = sha256()
    for table in sorted(exported, key=lambda table: table["name"]):
        name = table["name"]
        if name in COUNTED_ROWS:
            digest.update(f"{name} {_rows_digest(exports_root, name)}\n".encode())
        elif name not in UNCOUNTED_TABLES:
            digest.update(f"{name} {table['files'][f'csv/{name}.csv']}\n".encode())
    return digest.hexdigest()


def _rows_digest(exports_root: Path, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = Path(folder) / "rows.csv"
        connection.execute("SET TimeZone = 'UTC'")
        connection.read_parquet(str(exports_root / "parquet" / f"{name}.parquet")).create_view("rows")
        connection.execute(f"COPY (FROM ({COUNTED_ROWS[name]}) ORDER BY ALL) TO '{file}' ({FORMATS['csv']})")
        return sha256_of(file)


def _check_id(root: Path, release_id: str) -> None:
    if not is_release_id(release_id):
        raise ReleaseError(
            f"{release_id!r} cannot name a release: use up to 64 letters, digits, dots, dashes and underscores, and "
            f"neither {LATEST!r} nor {UNRELEASED!r}"
        )
    if (root / release_id).exists():
        raise ReleaseError(f"the release {release_id!r} exists already and is never changed: choose another id")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the place of publications; the system lets go of it when the process ends, however it ends."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(f"another publication is at work in {root}: wait for it to end") from error
        yield


def _finish_former(root: Path) -> None:
    """Remove what an aborted publication left, and swap `latest` where only that was missing."""
    for leftover in root.glob(f".*{BUILDING}"):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
    stored = list_releases(root)
    link = root / LATEST
    if stored and (not link.is_symlink() or str(link.readlink()) != stored[-1].release_id):
        _point_latest(root, stored[-1].release_id)


def _learn_releases(settings: Settings) -> None:
    """Load releases that the warehouse does not know yet, and bring what is exported of them up to date."""
    path = settings.warehouse_path
    if not is_lake(path) and not path.exists():
        raise WarehouseError(f"{path} does not exist: run the pipeline first")
    with connect(path) as connection:
        connection.execute("BEGIN TRANSACTION")
        try:
            before = _known_releases(connection)
            after = load_releases(connection, settings.releases_root)[RELEASES]
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    if after != before or _exported_releases(settings.exports_root) != after:
        refresh_exports(path, settings.exports_root, RELEASE_TABLES)


def _known_releases(connection: duckdb.DuckDBPyConnection) -> int:
    load_releases(connection, None)
    row = connection.execute("SELECT count(*) FROM raw.releases").fetchone()
    return int(row[0]) if row else 0


def _exported_releases(exports_root: Path) -> int:
    return sum(table["rows"] for table in read_manifest(exports_root) if table["name"] == "dim_release")


def _new_release(
    settings: Settings,
    stored: Sequence[Release],
    exported: Sequence[ExportedTable],
    digest: str,
    release_id: str | None,
    now: datetime,
) -> Release:
    latest = stored[-1] if stored else None
    # a clock that was set back must not change the order of releases
    at = now if latest is None else max(now, latest.published_at + timedelta(milliseconds=1))
    return Release(
        release_id=release_id or _next_id(stored, at),
        published_at=at.replace(microsecond=at.microsecond // 1000 * 1000),
        previous_release_id=latest.release_id if latest else None,
        content_digest=digest,
        extractor_version=_extractor_version(settings.exports_root),
        rules_version=rules_version(read_dbt_manifest(settings.dbt_manifest_path)),
        software_version=version(PACKAGE),
        n_facts=next((table["rows"] for table in exported if table["name"] == FACTS), 0),
    )


def _next_id(stored: Sequence[Release], at: datetime) -> str:
    day = f"{at:%Y.%m.%d}"
    taken = {release.release_id for release in stored}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{day}-{number}") not in taken)


def _extractor_version(exports_root: Path) -> str:
    """The version that read the claims; several, joined by `+`, where not all were read again yet."""
    claims = str(exports_root / "parquet" / f"{CLAIMS}.parquet")
    with duckdb.connect() as connection:
        connection.read_parquet(claims).create_view("claims")
        found = connection.execute("SELECT DISTINCT extractor_version FROM claims WHERE is_current ORDER BY 1")
        return "+".join(name for (name,) in found.fetchall())


def _build(settings: Settings, release: Release, exported: Sequence[ExportedTable]) -> None:
    """Write a release beside its place and rename it."""
    root = settings.releases_root
    folder = root / f".{release.release_id}.{uuid.uuid4().hex}{BUILDING}"
    try:
        tables = _copy_tables(settings, release, exported, folder)
        changes = _read_rows(folder / "parquet" / f"{DIFF}.parquet")
        _describe(settings, release, tables, changes, folder)
        write_sums(folder)
        _write_through(folder)
        folder.rename(root / release.release_id)
        _sync(root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_tables(settings: Settings, release: Release, exported: Sequence[ExportedTable], folder: Path) -> list[Table]:
    """Copy the exported files, and of the difference the step to this release. Returns the tables' descriptions."""
    for file_format in FORMATS:
        (folder / file_format).mkdir(parents=True)
    copied = [table for table in exported if table["name"] not in LEFT_OUT]
    for name, digest in ((name, digest) for table in copied for name, digest in table["files"].items()):
        shutil.copyfile(settings.exports_root / name, folder / name)
        if sha256_of(folder / name) != digest:
            raise ReleaseError(f"{settings.exports_root / name} is not as it was exported: run the pipeline again")
    rows = _write_changes(folder, release)
    described = describe_tables(copied, read_dbt_manifest(settings.dbt_manifest_path))
    return [_with_rows(table, rows) if table.name == DIFF else table for table in described]


def _with_rows(table: Table, rows: int) -> Table:
    return Table(table.name, table.description, rows, table.columns, table.primary_key, table.references)


def _write_changes(folder: Path, release: Release) -> int:
    """Keep of the difference what changed since the latest release, under the name of this one."""
    source = folder / "parquet" / f"{DIFF}.parquet"
    if not source.is_file():
        raise ReleaseError(f"the exports hold no table {DIFF}: run the pipeline first")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE changes AS SELECT * REPLACE ($release AS release_id) FROM read_parquet($file) "
            "WHERE release_id = $unreleased ORDER BY ALL",
            {"release": release.release_id, "file": str(source), "unreleased": UNRELEASED},
        )
        for file_format, options in FORMATS.items():
            file = str(folder / file_format / f"{DIFF}.{file_format}").replace("'", "''")
            connection.execute(f"COPY changes TO '{file}' ({options})")
        row = connection.execute("SELECT count(*) FROM changes").fetchone()
        return int(row[0]) if row else 0


def _describe(
    settings: Settings, release: Release, tables: Sequence[Table], changes: Sequence[Mapping[str, Any]], folder: Path
) -> None:
    (folder / RELEASE_FILE).write_text(release.as_json(), "utf-8")
    (folder / "README.md").write_text(readme(release, tables), "utf-8")
    (folder / "CHANGELOG.md").write_text(changelog(release, changes), "utf-8")
    facts = pl.read_parquet(folder / "parquet" / f"{FACTS}.parquet")
    [described] = [table for table in tables if table.name == FACTS]
    write_sdmx_files(folder / "sdmx", release, facts, described, _code_names(settings, folder))
    write_datapackage(folder, release, tables, _sources(folder))
    write_croissant(folder, release, tables)


def _code_names(settings: Settings, folder: Path) -> dict[str, dict[str, str]]:
    """The names of codes, by the column of the facts that holds them."""
    with connect(settings.warehouse_path, read_only=True) as connection:
        seeds = {
            column: dict(connection.execute(f"SELECT {column}, name_en FROM seeds.{seed}").fetchall())  # noqa: S608
            for column, seed in (("obs_status", "obs_status"), ("qualifier", "qualifiers"))
        }
    metrics = _read_rows(folder / "parquet" / "dim_metric.parquet")
    breakdowns = _read_rows(folder / "parquet" / "dim_breakdown.parquet")
    regions = _read_rows(folder / "parquet" / "dim_region.parquet")
    return {
        **seeds,
        "metric_code": {row["metric_code"]: row["name_en"] for row in metrics},
        "breakdown": {row["breakdown"]: row["name_en"] for row in breakdowns},
        "region_id": {row["region_id"]: row["region_name"] for row in regions if row["is_latest"]},
    }


def _sources(folder: Path) -> list[dict[str, str]]:
    """The series from which the facts were read, once each."""
    works = _read_rows(folder / "parquet" / "dim_work.parquet")
    titles = {(row["series_title"], row["publisher"]) for row in works}
    return [
        {"title": title if not publisher else f"{title} ({publisher})"}
        for title, publisher in sorted(titles, key=lambda pair: (pair[0], pair[1] or ""))
    ]


def _read_rows(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(file))
        names = found.columns
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _write_through(folder: Path) -> None:
    """Make sure that every file and folder is on the disk before the rename is."""
    for path in [folder, *folder.rglob("*")]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point_latest(root: Path, release_id: str) -> None:
    """Swap the link to the newest release: readers see the former one or this one."""
    link = root / f".{LATEST}.{uuid.uuid4().hex}{BUILDING}"
    link.symlink_to(release_id)
    link.replace(root / LATEST)
    _sync(root)
