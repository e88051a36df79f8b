"""A Postgres server for the tests of a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.postgres_server import PostgresServer, postgres_or_skip

DEPLOYMENT = Path(__file__).parents[3] / "docs" / "deployment"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    yield from postgres_or_skip("dagster_postgres", extra="postgres")
