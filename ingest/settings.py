"""Where the project keeps its data: one root folder, from which every other path follows.

Belongs here: paths and addresses read from the environment. Does not belong here: anything about one
source (that is `ingest.catalogue`) or about how a stage works.

Environment variables
    UNION_WAREHOUSE_HOME         folder of everything the project writes; default `data` in the working folder
    UNION_WAREHOUSE_LAKE         lake root, a folder or any fsspec URL; default `<home>/lake`
    UNION_WAREHOUSE_SAMPLE       host:port where the embedded sample site answers; default 127.0.0.1:8750
    UNION_WAREHOUSE_CATALOGUE    folder of catalogue files to use instead of the ones that come with the project
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ingest.store import warehouse_name

DEFAULT_SAMPLE_ADDRESS = "127.0.0.1:8750"


@dataclass(frozen=True)
class Settings:
    """Resolved locations. `lake_root` may be a URL; the others are local paths."""

    home: Path
    lake_root: str
    sample_address: str
    catalogue_folder: Path | None = None

    @property
    def archive_root(self) -> Path:
        """WARC files with every response ever fetched."""
        return self.home / "archive"

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
    def docs_path(self) -> Path:
        """The dbt documentation as one static file."""
        return self.home / "docs" / "index.html"


def load_settings() -> Settings:
    """Read the settings from the environment; relative paths are resolved against the working folder."""
    home = Path(os.environ.get("UNION_WAREHOUSE_HOME", "data")).resolve()
    catalogue = os.environ.get("UNION_WAREHOUSE_CATALOGUE")
    return Settings(
        home=home,
        lake_root=os.environ.get("UNION_WAREHOUSE_LAKE", str(home / "lake")),
        sample_address=os.environ.get("UNION_WAREHOUSE_SAMPLE", DEFAULT_SAMPLE_ADDRESS),
        catalogue_folder=Path(catalogue).resolve() if catalogue else None,
    )
