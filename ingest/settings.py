"""Where the project keeps its data: one root folder, from which every other path follows.

Belongs here: paths and addresses read from the environment. Does not belong here: anything about one
source (that is `ingest.catalogue`) or about how a stage works.

Environment variables
    UNION_WAREHOUSE_HOME         folder of everything the project writes; default `data` in the working folder
    UNION_WAREHOUSE_LAKE         lake root, a folder or any fsspec URL; default `<home>/lake`
    UNION_WAREHOUSE_ARCHIVE      root of the WARC archive, a folder or any fsspec URL; default `<home>/archive`
    UNION_WAREHOUSE_ENGINE       where pages are parsed and read: `local` (default) or `dask`
    UNION_WAREHOUSE_WORKERS      processes of the engine `local`; default: one for each processor this process may use
    UNION_WAREHOUSE_SCHEDULER    address of the Dask scheduler, such as tcp://127.0.0.1:8786
    UNION_WAREHOUSE_SAMPLE       host:port where the embedded sample site answers; default 127.0.0.1:8750
    UNION_WAREHOUSE_CATALOGUE    folder of catalogue files to use instead of the ones that come with the project
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.store import warehouse_name

if TYPE_CHECKING:
    from upath import UPath

DEFAULT_SAMPLE_ADDRESS = "127.0.0.1:8750"
ENGINES = ("local", "dask")


class SettingsError(Exception):
    """An environment variable that cannot be used; the message names it, its value and what was expected."""


@dataclass(frozen=True)
class Settings:
    """Resolved locations. `lake_root` and `archive_address` may be URLs; the others are local paths."""

    home: Path
    lake_root: str
    sample_address: str
    catalogue_folder: Path | None = None
    archive_address: str | None = None
    engine: str = "local"
    workers: int = 1
    scheduler: str | None = None

    @property
    def archive_root(self) -> Path | UPath:
        """WARC files with every response ever fetched."""
        if self.archive_address is None or "://" not in self.archive_address:
            return Path(self.archive_address or self.home / "archive")
        from ingest.fetch.storage import archive_path  # noqa: PLC0415 (only for remote archives)

        return archive_path(self.archive_address)

    @property
    def spool_root(self) -> Path:
        """Files of a remote archive while they are written, and the locks on its sources."""
        return self.home / "archive-spool"

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file that load and dbt write, or the name that stands for the lake (`ingest.store`)."""
        return self.home / warehouse_name()

    @property
    def exports_root(self) -> Path:
        """Published tables as Parquet and CSV: what readers open."""
        return self.home / "exports"

    @property
    def releases_root(self) -> Path:
        """Citable releases, one folder each, never written again."""
        return self.home / "releases"

    @property
    def dagster_home(self) -> Path:
        """The persistent Dagster instance (run history, event log, schedules)."""
        return self.home / "dagster"

    @property
    def dbt_manifest_path(self) -> Path:
        """What the last build of the models left about them: contracts, tests, descriptions."""
        return self.home / "dbt" / "manifest.json"

    @property
    def docs_path(self) -> Path:
        """The dbt documentation as one static file."""
        return self.home / "docs" / "index.html"


def load_settings() -> Settings:
    """Read the settings from the environment; relative paths are resolved against the working folder.

    Raises SettingsError for a value that cannot be used.
    """
    home = Path(os.environ.get("UNION_WAREHOUSE_HOME", "data")).resolve()
    catalogue = os.environ.get("UNION_WAREHOUSE_CATALOGUE")
    return Settings(
        home=home,
        lake_root=os.environ.get("UNION_WAREHOUSE_LAKE", str(home / "lake")),
        sample_address=os.environ.get("UNION_WAREHOUSE_SAMPLE", DEFAULT_SAMPLE_ADDRESS),
        catalogue_folder=Path(catalogue).resolve() if catalogue else None,
        archive_address=_address(os.environ.get("UNION_WAREHOUSE_ARCHIVE")),
        engine=_engine(os.environ.get("UNION_WAREHOUSE_ENGINE", "local")),
        workers=_workers(os.environ.get("UNION_WAREHOUSE_WORKERS")),
        scheduler=os.environ.get("UNION_WAREHOUSE_SCHEDULER") or None,
    )


def _address(value: str | None) -> str | None:
    return value if not value or "://" in value else str(Path(value).resolve())


def _engine(value: str) -> str:
    if value not in ENGINES:
        raise SettingsError(f"UNION_WAREHOUSE_ENGINE is {value!r}; it may be {' or '.join(ENGINES)}")
    return value


def _workers(value: str | None) -> int:
    if not value:
        return len(os.sched_getaffinity(0))
    if not value.isdecimal() or int(value) < 1:
        raise SettingsError(f"UNION_WAREHOUSE_WORKERS is {value!r}; it must be a whole number of at least 1")
    return int(value)
