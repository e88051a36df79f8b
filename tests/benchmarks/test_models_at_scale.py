"""The models on a million claims: how much the SQL costs beside one scan of the same claims, and in how much memory.

Costs are CPU seconds, so that what else the machine does says little: of the whole of dbt, less what it spends on
ten thousand claims, which is Python's share (parsing, compiling, a hundred and more nodes) and next to no SQL.
The seconds on the clock are printed beside them.

The claims are synthetic but shaped like the real ones: series that grow a little each year, two or three works
for each figure, most of which agree and a few of which do not.
"""

from __future__ import annotations

import json
import re
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest.lake import Lake
from ingest.regions import regions_frame
from ingest.schemas import FRAMES, polars_schema, typed_frame
from ingest.vocabulary.frame import metrics_frame
from ingest.warehouse import connect, load_raw
from tests.integration.dbt.conftest import run_dbt
from tests.integration.dbt.lake_scenarios import WORKS, claim, page_of, write_lake

pytestmark = pytest.mark.slow

YEARS = range(1996, 2024)
WORKS_PER_FIGURE = 2.5
MEMORY_LIMIT_KIB = 4 * 2**20
SCAN = """
    SELECT metric_code, ref_area, ref_area_name, ref_year, breakdown, reporting_scope, period_type, unit_code, is_target,
        count(*) AS n, count(DISTINCT source_id) AS works, min(obs_value) AS lowest, max(obs_value) AS highest,
        arg_max(claim_id, obs_value) AS claim_id
    FROM raw.claims GROUP BY ALL
"""


@dataclass(frozen=True)
class Measured:
    """CPU seconds of dbt and of one scan-and-group, seconds of all SQL on the clock, facts, and the slowest nodes."""

    dbt_cpu: float
    scan_cpu: float
    sql_seconds: float
    scan_seconds: float
    n_facts: int
    slowest: list[tuple[str, float]]


def figures(n_claims: int) -> pl.DataFrame:
    """One row per claim: region, metric, year and value; a figure has one to four works, of which 3 % disagree."""
    metrics = metrics_frame().filter(pl.col("metric_code") == pl.col("canonical_code"))
    metrics = metrics.select("metric_code", "unit_code", "statistic").sort("metric_code")
    regions = regions_frame().filter(pl.col("valid_to").is_null(), pl.col("valid_from") < YEARS.start)
    n_regions = 1 + round(1.05 * n_claims / WORKS_PER_FIGURE / metrics.height / len(YEARS))
    regions = regions.head(n_regions).select("ref_area", ref_area_name="name", region=pl.int_range(pl.len()))
    rng = np.random.default_rng(20261122)
    series = regions.join(metrics, how="cross")
    series = series.with_columns(start=pl.Series(rng.lognormal(9, 1, series.height)) + 100)
    cells = series.join(pl.DataFrame({"ref_year": list(YEARS)}, schema={"ref_year": pl.Int64}), how="cross")
    works = cells.with_columns(work=pl.Series(rng.integers(1, 5, cells.height))).with_columns(
        pl.int_ranges(pl.col("work")).alias("work")
    )
    works = works.explode("work").head(n_claims)
    off = pl.Series(rng.choice([1.0, 0.97, 1.2], works.height, p=[0.97, 0.02, 0.01]))
    value = (pl.col("start") * pl.lit(1.02).pow(pl.col("ref_year") - YEARS.start) * off).round()
    share = pl.when(pl.col("unit_code") == "percent").then(50 + value % 50).otherwise(value)
    return works.with_columns(i=pl.int_range(pl.len()), obs_value=share)


def write_synthetic(lake: Lake, n_claims: int) -> None:
    """Write the claims, their pages and the vocabulary to a lake."""
    write_lake(lake, [])
    lake.write("metrics", metrics_frame())
    names = pl.DataFrame({"work": range(len(WORKS)), "source_id": list(WORKS)})
    made = figures(n_claims).join(names, on="work", maintain_order="left")
    made = made.with_columns(
        claim_id=pl.col("i").map_elements("{:016x}".format, return_dtype=pl.String),
        page_id=pl.format("{}-{}", "source_id", pl.col("ref_year") + 1),
        sentence=pl.format("{}{}年{}为{},第{}条。", "ref_area_name", "ref_year", "metric_code", "obs_value", "i"),
        raw_span=pl.col("obs_value").cast(pl.String),
        value_low="obs_value",
        value_high="obs_value",
    ).with_columns(url=pl.format("http://sample.localhost/{}.html", "page_id"))
    schema = polars_schema(FRAMES["claims"])
    usual = {name: value for name, value in claim("union_members", 1.0).items() if name not in made.columns}
    made = made.with_columns(pl.lit(value, dtype=schema[name]).alias(name) for name, value in usual.items())
    complete = made.select(pl.col(name).cast(kind) for name, kind in schema.items())
    for source in WORKS:
        lake.write("claims", complete.filter(source_id=source), source, "all")
    addresses = complete.select("page_id", "source_id", "url", "body_sha256").unique("page_id").sort("page_id")
    lake.write("pages", typed_frame(FRAMES["pages"], [page_of(row) for row in addresses.to_dicts()]), "all", "all")


def scan(warehouse: Path) -> tuple[float, float]:
    """CPU seconds, and seconds on the clock, of one scan-and-group of the raw claims in a connection of its own."""
    with connect(warehouse) as connection:
        started, cpu = time.perf_counter(), time.process_time()
        connection.execute(f"CREATE TEMP TABLE scanned AS {SCAN}")
        return time.process_time() - cpu, time.perf_counter() - started


def children_cpu() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path, n_claims: int) -> Measured:
    """Load, build all models one at a time, and scan the claims before and after in the same warehouse."""
    warehouse = folder / "warehouse.duckdb"
    lake = Lake(str(folder / "lake"))
    write_synthetic(lake, n_claims)
    assert load_raw(lake, warehouse)["claims"] == n_claims
    scans = [scan(warehouse)]
    before = children_cpu()
    done = run_dbt(warehouse, "build", "--threads", "1", "--exclude", "test_type:unit", timeout=900)
    dbt_cpu = children_cpu() - before
    assert done.returncode == 0, done.stdout[-4000:]
    scans.append(scan(warehouse))
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    nodes = [(result["unique_id"], result["execution_time"]) for result in results]
    statements = re.findall(r"SQL status: OK in ([0-9.]+) seconds", (folder / "logs" / "dbt.log").read_text("utf-8"))
    with connect(warehouse, read_only=True) as connection:
        facts = connection.execute("SELECT count(*) FROM marts.fct_union_metrics").fetchone()
    slowest = sorted(((name.split(".")[-1], seconds) for name, seconds in nodes), key=lambda model: -model[1])[:12]
    return Measured(
        dbt_cpu=dbt_cpu,
        scan_cpu=sum(cpu for cpu, _ in scans) / len(scans),
        sql_seconds=sum(map(float, statements)),
        scan_seconds=sum(seconds for _, seconds in scans) / len(scans),
        n_facts=facts[0] if facts else 0,
        slowest=slowest,
    )


def test_a_million_claims(tmp_path_factory: pytest.TempPathFactory) -> None:
    small = measure(tmp_path_factory.mktemp("small"), 10_000)
    large = measure(tmp_path_factory.mktemp("large"), 1_000_000)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sql_cpu = large.dbt_cpu - small.dbt_cpu
    print(
        f"\n10 thousand: {small}\n1 million: {large}\npeak of dbt {peak / 2**20:.2f} GiB"
        f"\nSQL beside one scan: {sql_cpu / large.scan_cpu:.1f} times in CPU seconds, "
        f"{large.sql_seconds / large.scan_seconds:.1f} times on the clock"
    )

    assert peak < MEMORY_LIMIT_KIB
    assert sql_cpu <= 15 * large.scan_cpu
    assert large.sql_seconds <= 100 * small.sql_seconds
