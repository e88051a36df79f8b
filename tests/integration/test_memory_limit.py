"""DuckDB's limits hold in the load and in dbt, and what is larger than the memory is spilled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from ingest.lake import Lake
from ingest.schemas import FRAMES, typed_frame
from ingest.warehouse import connect, load_raw
from tests.integration.dbt.conftest import run_dbt
from tests.integration.dbt.lake_scenarios import claim, write_lake

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

LIMITS = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
LIMIT_BYTES = 128_000_000
N_CLAIMS = 250_000


@pytest.fixture(autouse=True)
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKDB_MEMORY", "128MB")
    monkeypatch.setenv("UNION_WAREHOUSE_DUCKDB_THREADS", "1")


@contextmanager
def largest_spill(folder: Path) -> Iterator[list[int]]:
    """Watch a folder; the list's one number is the most bytes that its files had together."""
    seen, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            sizes = []
            for file in folder.glob("*"):
                try:
                    sizes.append(file.stat().st_size)
                except FileNotFoundError:
                    continue
            seen[0] = max(seen[0], sum(sizes))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def test_the_load_of_more_than_the_memory_spills(tmp_path: Path) -> None:
    warehouse, lake = tmp_path / "warehouse.duckdb", Lake(str(tmp_path / "lake"))
    write_lake(lake, [claim("union_members", 1.0)])
    numbers = pl.int_range(N_CLAIMS, eager=True)
    sentence = pl.concat_str([numbers.hash(seed).cast(pl.String) for seed in range(40)])
    one = typed_frame(FRAMES["claims"], [claim("union_members", 1.0)])
    many = pl.concat([one] * N_CLAIMS).with_columns(
        claim_id=numbers.cast(pl.String).str.zfill(16), sentence=pl.select(sentence).to_series()
    )
    assert many["sentence"].str.len_bytes().sum() > LIMIT_BYTES, "the claims would fit into the memory"
    lake.write("claims", many, "yearbook", "all")

    with largest_spill(tmp_path / "warehouse.duckdb.tmp") as spilled:
        counts = load_raw(lake, warehouse)
        again = load_raw(lake, warehouse)

    assert (counts["claims"], counts["claim_history"], again["claim_history"]) == (N_CLAIMS,) * 3
    assert spilled[0] > 1_000_000
    with connect(warehouse, read_only=True) as connection:
        assert connection.execute(LIMITS).fetchone() == ("122.0 MiB", 1, f"{warehouse}.tmp")


def test_dbt_keeps_the_same_limits(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"

    done = run_dbt(warehouse, "show", "--quiet", "--output", "json", "--inline", LIMITS)

    assert done.returncode == 0, done.stdout
    assert "122.0 MiB" in done.stdout
    assert f"{warehouse}.tmp" in done.stdout
