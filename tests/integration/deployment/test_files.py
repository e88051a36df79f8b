"""The files of the deployment guide: what can be checked without starting containers or services."""

from __future__ import annotations

import configparser
import grp
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.deployment.conftest import DEPLOYMENT

ROOT = DEPLOYMENT.parents[1]
REQUIRED = ("PGUSER", "PGPASSWORD", "UNION_WAREHOUSE_SOURCES", "UNION_WAREHOUSE_CONTACT")
LONG_RUNNING = ("code", "webserver", "daemon")
UNITS = sorted(DEPLOYMENT.glob("systemd/*.service"))


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_nothing_is_published_but_the_webserver_on_loopback() -> None:
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}

    assert published == {"webserver": ["127.0.0.1:3000:3000"]}


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_every_service_is_bounded_and_cannot_gain_rights(name: str) -> None:
    service = compose()["services"][name]
    limits = service["deploy"]["resources"]["limits"]

    assert {"cpus", "memory", "pids"} <= set(limits)
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert re.fullmatch(r"[a-z-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", service["image"]), "an image without a version"
    if name != "postgres":  # it starts as root to own its folder, and becomes postgres by itself
        assert service["user"] == "10001:10001"
        assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", ["postgres", *LONG_RUNNING])
def test_what_runs_on_is_asked_for_its_health(name: str) -> None:
    service = compose()["services"][name]

    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


def test_only_the_code_location_and_the_backup_write_the_data() -> None:
    services = compose()["services"]
    readers = {name for name, service in services.items() if "data:/data:ro" in service.get("volumes", [])}
    writers = {name for name, service in services.items() if "data:/data" in service.get("volumes", [])}

    assert readers == {"webserver", "daemon"}
    assert writers == {"prepare", "code", "backup"}
    assert compose()["networks"]["inside"]["internal"] is True
    assert services["postgres"]["networks"] == ["inside"]


def test_secrets_come_from_the_environment_alone() -> None:
    said = [line for line in (DEPLOYMENT / "env.example").read_text("utf-8").splitlines() if "PASSWORD" in line]
    written = [
        value
        for service in compose()["services"].values()
        for name, value in service.get("environment", {}).items()
        if "PASSWORD" in name
    ]

    assert said == ["PGPASSWORD="]
    assert set(written) == {"${PGPASSWORD:?set PGPASSWORD in .env}"}


def test_a_file_of_secrets_is_never_committed_nor_sent_into_an_image() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", "docs/deployment/.env"], cwd=ROOT, check=False, timeout=30
    )

    assert ignored.returncode == 0
    assert "docs/deployment/.env" in (DEPLOYMENT / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()


def test_every_variable_of_the_compose_file_stands_in_the_example() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DEPLOYMENT / "compose.yaml").read_text(encoding="utf-8")))
    given = set(re.findall(r"^([A-Z_]+)=", (DEPLOYMENT / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", (DEPLOYMENT / "compose.yaml").read_text(encoding="utf-8")))

    assert asked - given == {"BACKUPS"}
    assert required == set(REQUIRED)


def test_the_compose_file_is_accepted_by_docker() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed here")
    done = subprocess.run(
        [docker, "compose", "--file", DEPLOYMENT / "compose.yaml", "--profile", "operations", "config", "--quiet"],
        env=os.environ | dict.fromkeys(REQUIRED, "something"),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_is_pinned_hashed_and_without_root() -> None:
    lines = (DEPLOYMENT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(lines)

    assert re.search(r"^ARG BASE=python:3\.11\.\d+-slim-[a-z]+$", text, re.MULTILINE)
    assert [line.split()[1] for line in lines if line.startswith("FROM")] == ["${BASE}", "${BASE}"]
    assert "pip install --require-hashes --requirement /tmp/requirements.lock" in text
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    after_user = lines[lines.index("USER 10001:10001") :]
    assert not [line for line in after_user if line.startswith(("RUN", "COPY", "ADD"))]
    assert not [line for line in lines if line.startswith("ADD")]
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    ignored = (DEPLOYMENT / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    assert "docs/deployment/.env" in ignored


def test_the_lock_of_the_image_pins_and_hashes_what_a_deployment_needs() -> None:
    text = (DEPLOYMENT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))
    developed = dict(
        re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE)
    )

    assert {"dagster-postgres", "duckdb-extension-ducklake", "s3fs", "dagster-webserver"} <= set(pinned)
    assert len(re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)) <= text.count("--hash=sha256:")
    assert {name: version for name, version in pinned.items() if developed.get(name, version) != version} == {}
    assert "pytest" not in pinned


def test_the_instance_differs_from_the_projects_own_in_its_storage_alone() -> None:
    deployed = yaml.safe_load((DEPLOYMENT / "dagster.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((ROOT / "orchestration" / "instance" / "dagster.yaml").read_text(encoding="utf-8"))
    storage = deployed.pop("storage")["postgres"]["postgres_db"]

    assert deployed == own
    assert storage["password"] == {"env": "PGPASSWORD"}
    assert storage["scheme"] == "postgresql+psycopg2"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_service_listens_on_loopback_within_limits(name: str) -> None:
    service = unit(DEPLOYMENT / "systemd" / f"union-warehouse-{name}.service")["Service"]

    assert {"MemoryHigh", "MemoryMax", "CPUQuota", "TasksMax"} <= set(service)
    assert service["Restart"] == "on-failure"
    if name != "daemon":
        assert "-h 127.0.0.1" in service["ExecStart"]


def test_services_run_without_rights() -> None:
    service = unit(DEPLOYMENT / "systemd" / "hardening.conf")["Service"]

    assert service["User"] == "union-warehouse"
    assert service["EnvironmentFile"] == "/etc/union-warehouse/env"
    assert service["CapabilityBoundingSet"] == ""
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """As they are installed, with the drop-in; only the folder of the program is the one of this checkout."""
    drop_in = tmp_path / "union-warehouse-.service.d"
    drop_in.mkdir()
    for source in [*UNITS, *DEPLOYMENT.glob("systemd/*.timer"), DEPLOYMENT / "systemd" / "hardening.conf"]:
        text = source.read_text(encoding="utf-8").replace(
            "/opt/union-warehouse/.venv/bin", str(Path(sys.executable).parent)
        )
        target = drop_in if source.suffix == ".conf" else tmp_path
        (target / source.name).write_text(text.replace("/opt/union-warehouse", str(ROOT)), encoding="utf-8")
    names = sorted(file.name for file in tmp_path.iterdir() if file.is_file())

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--generators=no", *names],
        cwd=tmp_path, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip

    told = [line for line in done.stderr.splitlines() if "union-warehouse" in line]
    assert (done.returncode, told) == (0, [])


@pytest.mark.parametrize("name", ["backup.sh", "restore.sh"])
def test_scripts_name_what_is_missing(name: str, tmp_path: Path) -> None:
    path = DEPLOYMENT / name
    bare = {"PATH": os.environ["PATH"]}
    without = subprocess.run([path], env=bare, capture_output=True, text=True, check=False, timeout=30)
    unset = subprocess.run([path, tmp_path], env=bare, capture_output=True, text=True, check=False, timeout=30)

    assert os.access(path, os.X_OK)
    assert without.returncode == unset.returncode == 1
    assert f"{path.stem}: name " in without.stderr
    assert "set UNION_WAREHOUSE_HOME to the folder of the data" in unset.stderr


def test_logrotate_removes_what_is_older_than_a_month_and_nothing_else(tmp_path: Path) -> None:
    logrotate = shutil.which("logrotate", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
    if logrotate is None:
        pytest.skip("logrotate is not installed here")
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    a_month_and_more = time.time() - 40 * 86400
    for name in ("run-old.log", "run-new.log", "notes.txt"):
        (logs / name).write_text("said\n", encoding="utf-8")
    for name in ("run-old.log", "notes.txt"):
        os.utime(logs / name, (a_month_and_more, a_month_and_more))
    me = f"{pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name}"
    text = (DEPLOYMENT / "logrotate.conf").read_text(encoding="utf-8")
    own = text.replace("/var/lib/union-warehouse", str(tmp_path / "home")).replace(
        "su union-warehouse union-warehouse", f"su {me}"
    )
    (tmp_path / "logrotate.conf").write_text(own, encoding="utf-8")
    (tmp_path / "logrotate.conf").chmod(0o644)

    seen = [
        f'"{logs / name}" 2020-1-1-0:0:0' for name in ("run-old.log", "run-new.log")
    ]  # a file is spared at first sight
    (tmp_path / "state").write_text("\n".join(["logrotate state -- version 2", *seen, ""]), encoding="utf-8")

    (tmp_path / "state").chmod(0o600)

    done = subprocess.run(
        [logrotate, "--state", tmp_path / "state", tmp_path / "logrotate.conf"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in logs.iterdir()) == ["notes.txt", "run-new.log"]
