"""A Postgres server of its own for the tests that need one: on loopback, on a free port, with a password."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "warehouse"
WAIT_SECONDS = 20
NEEDED = ("initdb", "postgres", "psql", "pg_isready", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class PostgresServer:
    """Where a server answers."""

    binaries: Path
    port: int
    password: str

    def variables(self) -> dict[str, str]:
        """What libpq, and with it every client here, reads from the environment."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": USER, "PGPASSWORD": self.password}

    def run(self, database: str, sql: str) -> str:
        """Run SQL and return what psql prints, one row a line."""
        return subprocess.run(
            [self.binaries / "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
            env=os.environ | self.variables(), capture_output=True, text=True, check=True, timeout=60,
        ).stdout.strip()  # fmt: skip

    def create_database(self, name: str) -> None:
        self.run("postgres", f"CREATE DATABASE {name}")


def find_binaries() -> Path | None:
    """The folder of the newest server on this machine: one that Debian installed, or the one on the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    return next((folder for folder in reversed(folders) if all((folder / name).exists() for name in NEEDED)), None)


@contextmanager
def serve_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Serve until leaving. The server refuses to run as root: it then runs as the user that Debian made for it."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)
    owner = server_user()
    if owner is not None:
        for path in (folder, folder / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    rights = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    try:
        subprocess.run(
            [binaries / "initdb", "--pgdata", folder / "data", "--username", USER, "--pwfile", folder / "password",
             "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
            cwd=folder, check=True, capture_output=True, timeout=120, **rights,
        )  # fmt: skip
        port = free_port()
        command = [
            binaries / "postgres", "-D", folder / "data", "-p", str(port), "-c", "listen_addresses=127.0.0.1",
            "-c", f"unix_socket_directories={folder}", "-c", "fsync=off",
        ]  # fmt: skip
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **rights) as server,
        ):
            try:
                wait_until_ready(binaries, port, server)
                yield PostgresServer(binaries, port, password)
            finally:
                server.send_signal(signal.SIGINT)  # end now, whoever is connected
                server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user() -> pwd.struct_passwd | None:
    """Whom to be, if we are root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(binaries: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + WAIT_SECONDS
    ask = [binaries / "pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    while subprocess.run(ask, check=False).returncode != 0:
        assert server.poll() is None, "the server ended while starting"
        assert time.monotonic() < give_up_at, "the server did not answer in time"
        time.sleep(0.1)


def postgres_or_skip(package: str, extra: str) -> Iterator[PostgresServer]:
    """The body of a fixture: a server, or a skip that says what is not installed, the server or the extra's package."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no Postgres server on this machine (apt-get install postgresql)")
    pytest.importorskip(package, reason=f"the extra `{extra}` is not installed")
    with serve_postgres(binaries) as server:
        yield server
