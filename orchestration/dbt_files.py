"""The dbt project as Dagster sees it: where it is, and a manifest that is never missing nor stale.

Belongs here: paths and preparation. Does not belong here: the assets made of the models
(`orchestration.defs.models`) or any SQL.
"""

import hashlib
import json
import os
import sys
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource, DbtProject
from packaging.version import Version

from ingest.settings import Settings

PROJECT_FOLDER = Path(__file__).parent.parent / "dbt_project"
SOURCE_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})
WAREHOUSE_VARIABLE = "UNION_WAREHOUSE_DUCKDB"


class Dbt(DbtCliResource):
    """dbt without the two seconds and the network look-up of `dbt --version` before each command."""

    @cached_property
    def _cli_version(self) -> Version:
        """The version of the dbt in this environment, which is the one that runs."""
        return Version(version("dbt-core"))


@cache
def prepared_project() -> DbtProject:
    """The dbt project with an up-to-date manifest; parsing takes some seconds when a file changed."""
    put_dbt_on_path()
    project = DbtProject(project_dir=PROJECT_FOLDER)
    if is_stale(project.manifest_path, PROJECT_FOLDER):
        project.preparer.prepare(project)
    return project


@cache
def manifest() -> dict[str, Any]:
    """What dbt knows of the project's models, sources and tests."""
    content: dict[str, Any] = json.loads(prepared_project().manifest_path.read_text(encoding="utf-8"))
    return content


def put_dbt_on_path() -> None:
    """Let dagster-dbt find the dbt of this environment, also when the environment was not activated."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, path])


def is_stale(manifest: Path, project_folder: Path) -> bool:
    """Whether the manifest is missing or older than a file of the project."""
    if not manifest.exists():
        return True
    made_at = manifest.stat().st_mtime
    return any(file.stat().st_mtime > made_at for file in project_files(project_folder))


def project_files(project_folder: Path) -> list[Path]:
    """The files that dbt reads; not what it writes."""
    written = {project_folder / "target", project_folder / "logs"}
    return [
        file
        for file in sorted(project_folder.rglob("*"))
        if file.suffix in SOURCE_SUFFIXES and not written.intersection(file.parents)
    ]


def project_digest(project_folder: Path) -> str:
    """A hash of all files that dbt reads."""
    digest = hashlib.sha256()
    for file in project_files(project_folder):
        digest.update(str(file.relative_to(project_folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def dbt_target(settings: Settings) -> Path:
    """Where dbt writes what it compiles: one folder, since the `duckdb` pool lets one dbt run at a time."""
    return settings.home / "dbt"


def point_dbt_at_warehouse(settings: Settings) -> None:
    """Tell dbt, which runs in its own process and folder, where the warehouse file is."""
    settings.home.mkdir(parents=True, exist_ok=True)
    os.environ[WAREHOUSE_VARIABLE] = str(settings.warehouse_path)
