"""The pipeline as a newcomer runs it: `union-warehouse run` in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from ingest.lake import Lake
from ingest.settings import Settings

ROOT = Path(__file__).parents[2]
RUN_SECONDS = 240


@dataclass(frozen=True)
class Installation:
    """One home of the project, and how to run the pipeline in it."""

    home: Path
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, lake_root=str(self.home / "lake"), sample_address="")

    @property
    def environment(self) -> dict[str, str]:
        ours = {"UNION_WAREHOUSE_HOME": str(self.home), **dict(self.extra)}
        return {name: value for name, value in os.environ.items() if not name.startswith("UNION_")} | ours

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ingest.cli", *arguments]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_SECONDS,
        )

    def frame(self, name: str) -> pl.DataFrame:
        return Lake(self.settings.lake_root).read(name)

    def facts(self) -> pl.DataFrame:
        return pl.read_parquet(self.settings.exports_root / "parquet" / "fct_union_metrics.parquet").sort(
            "observation_id"
        )


@dataclass(frozen=True)
class FinishedRun:
    """An installation after its first run, and what that printed."""

    installation: Installation
    exit_code: int
    output: str


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """The sample, run once for all tests that only look at the result."""
    installation = Installation(tmp_path_factory.mktemp("sample") / "home")
    done = installation.call("run")
    return FinishedRun(installation, done.returncode, done.stdout + done.stderr)
