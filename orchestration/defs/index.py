"""The index of sources: what is known of each and when it was last asked. One asset for all sources, so that its
freshness is that of the whole (Dagster looks at the freshness of an asset, not of its partitions).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl

from ingest.lake import Lake
from orchestration.assets import OWNERS
from orchestration.links import file_link
from orchestration.metadata import markdown_table
from orchestration.partitions import source_partitions
from orchestration.resources import Project

SOURCE_INDEX = "source_index"
WARN_AFTER, FAIL_AFTER = timedelta(hours=30), timedelta(hours=54)
COLUMNS: Mapping[str, tuple[type[pl.DataType] | pl.DataType, str]] = {
    "source_id": (pl.String, "Id of the source in the catalogue."),
    "listed": (pl.Int64, "Pages that its list pages name."),
    "stored": (pl.Int64, "Pages of which a body is stored, also those that are gone from the site."),
    "missed": (pl.Int64, "Pages that the last run did not reach."),
    "last_asked": (pl.Datetime("us", "UTC"), "When a page of the source last answered (UTC); empty: never."),
}


@dg.asset(
    name=SOURCE_INDEX,
    group_name="fetch",
    deps=["page_refs", "snapshots", "fetch_log"],
    owners=OWNERS,
    kinds={"python"},
    description="One row per source: how many pages are listed, stored and missed, and when it was last asked.",
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=FAIL_AFTER, warn_window=WARN_AFTER),
    metadata={
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(name, str(kind), text) for name, (kind, text) in COLUMNS.items()]
        ),
        **file_link(Path(__file__)),
    },
)
def source_index(project: Project) -> dg.MaterializeResult[None]:
    """Count what the lake holds of each source."""
    index = index_frame(project.lake())
    asked = index.filter(pl.col("last_asked").is_not_null())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": index.height,
            "sources_asked": asked.height,
            "sources": dg.MetadataValue.md(markdown_table(index.columns, asked.rows())),
        }
    )


def index_frame(lake: Lake) -> pl.DataFrame:
    """The rows of the index, in order of source."""
    rows = [_index_row(lake, source_id) for source_id in source_partitions().get_partition_keys()]
    return pl.DataFrame(rows, schema={name: kind for name, (kind, _) in COLUMNS.items()}, orient="row")


def _index_row(lake: Lake, source_id: str) -> Mapping[str, object]:
    snapshots = lake.read("snapshots", source_id, columns=["checked_at"])
    outcomes = lake.read("fetch_log", source_id, columns=["outcome"])
    return {
        "source_id": source_id,
        "listed": lake.read("page_refs", source_id, columns=["url"]).height,
        "stored": snapshots.height,
        "missed": outcomes.filter(~pl.col("outcome").is_in(["fetched", "unchanged"])).height,
        "last_asked": snapshots["checked_at"].max(),
    }


@dg.asset_check(
    asset=SOURCE_INDEX,
    description=f"Every source that was ever asked answered within the last {FAIL_AFTER.total_seconds() / 3600:.0f} h.",
)
def sources_are_fresh(project: Project) -> dg.AssetCheckResult:
    """Warn about sources that stopped answering, or that no schedule asks any more."""
    return judge_freshness(index_frame(project.lake()), datetime.now(UTC))


def judge_freshness(index: pl.DataFrame, now: datetime) -> dg.AssetCheckResult:
    """Hold the last answer of each source against the clock."""
    stale = index.filter(pl.col("last_asked") < now - FAIL_AFTER).select("source_id", "last_asked")
    asked = index["last_asked"].count()
    return dg.AssetCheckResult(
        passed=stale.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{stale.height} of {asked} sources did not answer lately",
        metadata={"failing_rows": dg.MetadataValue.md(markdown_table(stale.columns, stale.rows()))},
    )


@dg.definitions
def index() -> dg.Definitions:
    """The index and its check."""
    return dg.Definitions(assets=[source_index], asset_checks=[sources_are_fresh])
