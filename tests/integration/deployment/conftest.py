"""A Postgres server for the tests of a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.postgres_server import PostgresServer, find_binaries, serve_postgres

DEPLOYMENT = Path(__file__).parents[3] / "docs" / "deployment"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no Postgres server on this machine (apt-get install postgresql)")
    pytest.importorskip("dagster_postgres", reason="the extra `postgres` is not installed")
    with serve_postgres(binaries) as server:
        yield server
