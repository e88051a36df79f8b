"""Dagster's history in Postgres, and the backup that brings it and the home back."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from ingest.lake import Lake
from ingest.settings import Settings, load_settings
from ingest.warehouse import connect, load_raw
from orchestration.assets import HTTP_POOL
from orchestration.defs.reference import metrics
from orchestration.home import main as prepare_instance
from orchestration.home import open_instance
from orchestration.resources import Project
from tests.integration.dbt.lake_scenarios import write_lake
from tests.integration.deployment.conftest import DEPLOYMENT
from tests.integration.postgres_server import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.xdist_group("deployment")]

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def use_database(monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer, name: str) -> None:
    """Let this process keep its instance as a deployment does, in a new database."""
    postgres.create_database(name)
    variables = postgres.variables() | {
        "UNION_WAREHOUSE_DAGSTER_DATABASE": name,
        "UNION_WAREHOUSE_INSTANCE_FILE": str(DEPLOYMENT / "dagster.yaml"),
    }
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)


def run_reference(settings: Settings) -> str:
    """Materialise a real asset within the instance. Returns the id of the run."""
    with open_instance(settings) as instance:
        result = dg.materialize([metrics], instance=instance, resources={"project": Project()})
        assert result.success
        return result.run_id


def materialised(settings: Settings, run_id: str) -> list[str]:
    """What a run materialised, as the instance remembers it after it was opened anew."""
    with open_instance(settings) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.SUCCESS
        events = [entry.dagster_event for entry in instance.all_logs(run_id)]
    return [event.asset_key.to_user_string() for event in events if event and event.is_step_materialization]


def test_runs_are_kept_in_postgres(home: Settings, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    use_database(monkeypatch, postgres, "runs")

    run_id = run_reference(home)

    assert materialised(home, run_id) == ["metrics"]
    assert postgres.run("runs", "SELECT run_id, status FROM runs") == f"{run_id}|SUCCESS"
    assert int(postgres.run("runs", f"SELECT count(*) FROM event_logs WHERE run_id = '{run_id}'")) > 5
    with open_instance(home) as instance:
        assert instance.event_log_storage.get_concurrency_info(HTTP_POOL).slot_count == 2
    databases = [file for file in home.dagster_home.rglob("*") if file.suffix in {".db", ".sqlite"}]
    assert databases == []


def test_the_preparation_of_a_deployment_may_be_repeated(
    home: Settings, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_database(monkeypatch, postgres, "prepared")

    for _ in range(2):
        prepare_instance()

    assert (home.dagster_home / "dagster.yaml").read_bytes() == (DEPLOYMENT / "dagster.yaml").read_bytes()
    assert (
        postgres.run("prepared", f"SELECT \"limit\" FROM concurrency_limits WHERE concurrency_key = '{HTTP_POOL}'")
        == "2"
    )


def script(name: str, *arguments: object, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    found = [str(Path(sys.executable).parent), *([str(path)] if path else []), os.environ["PATH"]]
    return subprocess.run(
        [DEPLOYMENT / name, *map(str, arguments)],
        env=os.environ | {"PATH": os.pathsep.join(found), "PYTHON": sys.executable},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, str]:
    """The hash of each file under a folder, without the instance's own files, which a backup leaves out."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "dagster" not in file.relative_to(folder).parts
    }


def test_a_backup_comes_back_as_it_was(
    home: Settings, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_database(monkeypatch, postgres, "lived")
    run_id = run_reference(home)
    lake = Lake(home.lake_root)
    write_lake(lake)
    load_raw(lake, home.warehouse_path, loaded_at=NOON)
    (home.archive_root / "yearbook").mkdir(parents=True)
    (home.archive_root / "yearbook" / "a.warc.gz").write_bytes(b"\x1f\x8b a page" * 1000)
    (home.home / "releases" / "2026-11").mkdir(parents=True)
    (home.home / "releases" / "2026-11" / "manifest.json").write_text("{}", encoding="utf-8")
    before = contents(home.home)
    tables = "SELECT count(*), min(asserted_at) FROM raw.claim_history"
    with connect(home.warehouse_path, read_only=True) as connection:
        history = connection.execute(tables).fetchall()

    done = script("backup.sh", tmp_path / "backups", path=postgres.binaries)
    assert done.returncode == 0, done.stderr
    backup = Path(done.stdout.strip())
    assert backup.parent == tmp_path / "backups"
    assert backup.stat().st_mode & 0o077 == 0, "others may read the backup"

    monkeypatch.setenv("UNION_WAREHOUSE_HOME", str(tmp_path / "restored"))
    refused = script("restore.sh", backup, path=postgres.binaries)
    assert refused.returncode == 1
    assert "the database lived holds tables: name an empty one, nothing is overwritten" in refused.stderr
    assert not (tmp_path / "restored").exists()

    use_database(monkeypatch, postgres, "restored")
    restored = script("restore.sh", backup, path=postgres.binaries)
    assert restored.returncode == 0, restored.stderr
    again = load_settings()
    assert again.home == tmp_path / "restored"
    assert contents(again.home) == before
    assert materialised(again, run_id) == ["metrics"]
    with connect(again.warehouse_path, read_only=True) as connection:
        assert connection.execute(tables).fetchall() == history

    (backup / "lake.tar").write_bytes(b"damaged")
    damaged = script("restore.sh", backup, path=postgres.binaries)
    assert damaged.returncode == 1
    assert f"{backup} is damaged: take another backup" in damaged.stderr


def test_old_backups_make_room_and_a_failed_one_leaves_nothing(
    home: Settings, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_database(monkeypatch, postgres, "kept")
    home.home.mkdir(parents=True)
    backups = tmp_path / "backups"
    for day in ("20200101T000000Z", "20200102T000000Z", "notes"):
        (backups / day).mkdir(parents=True)
    monkeypatch.setenv("KEEP", "2")

    monkeypatch.setenv("UNION_WAREHOUSE_DAGSTER_DATABASE", "no_such_database")
    failed = script("backup.sh", backups, path=postgres.binaries)
    left = sorted(entry.name for entry in backups.iterdir() if entry.is_dir())
    monkeypatch.setenv("UNION_WAREHOUSE_DAGSTER_DATABASE", "kept")
    newest = script("backup.sh", backups, path=postgres.binaries)
    assert newest.returncode == 0, newest.stderr

    kept = {folder.name for folder in backups.iterdir() if folder.is_dir()}
    assert kept == {"20200102T000000Z", "notes", Path(newest.stdout.strip()).name}
    assert failed.returncode != 0
    assert left == ["20200101T000000Z", "20200102T000000Z", "notes"]
    assert 'database "no_such_database" does not exist' in failed.stderr
