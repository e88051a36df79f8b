"""Asset checks of the lake and the raw tables, made by one factory from the Pandera models.

Belongs here: turning failure cases into check results. Does not belong here: the rules (`ingest.schemas`);
dbt's own tests appear as checks of the models by themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import dagster as dg
import polars as pl

from ingest.lake import Lake
from ingest.schemas import FRAMES
from ingest.stages import KEY_COLUMNS, PAGE_COUNT_GUARD
from ingest.validate import UNIQUENESS_CHECKS, Failure, find_failures
from orchestration.assets import DUCKDB_POOL
from orchestration.metadata import markdown_table
from orchestration.partitions import source_partitions
from orchestration.resources import Project

PARTITIONED = frozenset({*KEY_COLUMNS, "quarantine"})
SHOWN_FAILURES = 20
# Frames of many parts, with the column that is unique over all of them.
LARGE_KEYS = {"pages": "page_id", "claims": "claim_id"}
BYTES_AT_ONCE = 64 * 2**20


def check_frame(name: str, frame: pl.DataFrame) -> dg.AssetCheckResult:
    """Hold a frame against its model; the rows that break it are shown with the reason."""
    return _result(frame.height, find_failures(FRAMES[name], frame))


def check_parts(name: str, lake: Lake, source_id: str | None) -> dg.AssetCheckResult:
    """Hold a frame against its model a bounded number of rows at a time; keys are compared over all of them.

    The row numbers that are shown count from the first part on.
    """
    rows, failures = 0, list[Failure]()
    for some in _some_parts_at_once(lake.each(name, source_id)):
        failures += [replace(found, row=found.row + rows) for found in find_failures(FRAMES[name], some)]
        rows += some.height
    if name in LARGE_KEYS:
        keys = lake.read(name, source_id, columns=[LARGE_KEYS[name]])[LARGE_KEYS[name]]
        told = {failure.row for failure in failures if failure.check in UNIQUENESS_CHECKS}
        repeated = [row for row in keys.is_duplicated().arg_true() if row not in told]
        failures += [Failure(row, LARGE_KEYS[name], "field_uniqueness", str(keys[row])) for row in repeated]
    return _result(rows, failures)


def _some_parts_at_once(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Parts put together up to a bound: validating has a fixed cost, and memory an end."""
    waiting: list[pl.DataFrame] = []
    for part in parts:
        waiting.append(part)
        if sum(frame.estimated_size() for frame in waiting) > BYTES_AT_ONCE:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _result(rows: int, failures: Sequence[Failure]) -> dg.AssetCheckResult:
    shown: Sequence[Sequence[object]] = [(f.row, f.column, f.check, f.value) for f in failures[:SHOWN_FAILURES]]
    return dg.AssetCheckResult(
        passed=not failures,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{len({f.row for f in failures})} of {rows} rows break the model"
        if failures
        else f"all {rows} rows keep the model",
        metadata={
            "rows": rows,
            "failures": len(failures),
            "failing_rows": dg.MetadataValue.md(markdown_table(["row", "column", "check", "value"], shown)),
        },
    )


def lake_check(name: str) -> dg.AssetChecksDefinition:
    """A blocking check of one frame in the lake, for the source of the run."""

    @dg.asset_check(
        asset=name,
        name="keeps_its_model",
        description=f"Every row of {name} keeps the Pandera model: types, ranges, keys, and rules over columns.",
        blocking=True,
        partitions_def=source_partitions() if name in PARTITIONED else None,
    )
    def keeps_its_model(context: dg.AssetCheckExecutionContext, project: Project) -> dg.AssetCheckResult:
        source_id = context.partition_key if context.has_partition_key else None
        return check_parts(name, project.lake(), source_id)

    return keeps_its_model


def raw_check(name: str) -> dg.AssetChecksDefinition:
    """A blocking check of one raw table: the model holds over all sources together, keys included."""

    @dg.asset_check(
        asset=["raw", name],
        name="keeps_its_model",
        description=f"The rows of {name} of all sources together keep the Pandera model; no key stands twice.",
        blocking=True,
        pool=DUCKDB_POOL,
    )
    def keeps_its_model(project: Project) -> dg.AssetCheckResult:
        return check_parts(name, project.lake(), None)

    return keeps_its_model


@dg.asset_check(
    asset="page_refs",
    description="The list pages name about as many pages as before; else the former list was kept.",
    partitions_def=source_partitions(),
)
def page_count_holds(context: dg.AssetCheckExecutionContext, project: Project) -> dg.AssetCheckResult:
    """Warn when the crawl found far fewer pages than the run before."""
    refused = project.lake().read("quarantine", context.partition_key, "crawl")
    complaints = refused.filter(pl.col("check") == PAGE_COUNT_GUARD)["reason"].to_list()
    return dg.AssetCheckResult(
        passed=not complaints,
        severity=dg.AssetCheckSeverity.WARN,
        description=complaints[0] if complaints else "no fall in the number of pages",
    )


@dg.asset_check(
    asset="fetch_log",
    description="Every listed page was fetched or is unchanged; the others are listed with the reason.",
    partitions_def=source_partitions(),
)
def pages_were_reached(context: dg.AssetCheckExecutionContext, project: Project) -> dg.AssetCheckResult:
    """Warn about pages that are gone, refused or failed."""
    log = project.lake().read("fetch_log", context.partition_key)
    missed = log.filter(~pl.col("outcome").is_in(["fetched", "unchanged"]))
    columns = ["url", "outcome", "status", "reason"]
    rows = missed.select(columns).head(SHOWN_FAILURES).rows()
    return dg.AssetCheckResult(
        passed=missed.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{missed.height} of {log.height} pages were not reached",
        metadata={"missed": missed.height, "pages": dg.MetadataValue.md(markdown_table(columns, rows))},
    )


@dg.asset_check(
    asset="page_refs",
    description="Every list page was read and named at least one page; the others are shown with the reason.",
    partitions_def=source_partitions(),
)
def list_pages_were_read(context: dg.AssetCheckExecutionContext, project: Project) -> dg.AssetCheckResult:
    """Warn about list pages that could not be read; a source that lists nothing at all is an error."""
    return judge_list_pages(project.lake(), context.partition_key)


def judge_list_pages(lake: Lake, source_id: str) -> dg.AssetCheckResult:
    """Hold what the crawl listed against what it could not read."""
    refused = lake.read("quarantine", source_id, "crawl").filter(pl.col("check") != PAGE_COUNT_GUARD)
    listed = lake.read("page_refs", source_id, columns=["url"]).height
    columns = ["url", "check", "reason"]
    return dg.AssetCheckResult(
        passed=refused.is_empty() and listed > 0,
        severity=dg.AssetCheckSeverity.WARN if listed else dg.AssetCheckSeverity.ERROR,
        description=f"{listed} pages are listed, {refused.height} list pages or links could not be read",
        metadata={
            "listed": listed,
            "failing_rows": dg.MetadataValue.md(
                markdown_table(columns, refused.select(columns).head(SHOWN_FAILURES).rows())
            ),
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    """All checks: the three written out above, and two per frame."""
    made = [factory(name) for name in FRAMES for factory in (lake_check, raw_check)]
    return dg.Definitions(asset_checks=[*made, page_count_holds, pages_were_reached, list_pages_were_read])
