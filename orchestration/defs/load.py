"""The load stage: every frame of the lake becomes a table of the `raw` schema, all in one transaction."""

from collections.abc import Iterator

import dagster as dg

from ingest.schemas import FRAMES
from ingest.warehouse import load_raw
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.metadata import column_schema
from orchestration.resources import Project


def raw_spec(frame: str) -> dg.AssetSpec:
    """The spec of one raw table; its key is that of the dbt source."""
    return dg.AssetSpec(
        ["raw", frame],
        deps=[frame],
        group_name="load",
        description=f"The frame `{frame}` of all sources as a table of the warehouse, as it was stored in the lake.",
        owners=OWNERS,
        kinds={"duckdb", "table"},
        metadata={"dagster/column_schema": column_schema(frame), "dagster/table_name": f"warehouse.raw.{frame}"},
    )


@dg.multi_asset(name="raw", specs=[raw_spec(frame) for frame in FRAMES], pool=DUCKDB_POOL)
def raw(project: Project) -> Iterator[dg.MaterializeResult]:
    """Load the whole lake; loading the same lake again changes nothing."""
    settings = project.settings()
    counts = load_raw(project.lake(), settings.warehouse_path)
    for frame in FRAMES:
        yield dg.MaterializeResult(asset_key=["raw", frame], metadata={"dagster/row_count": counts[frame]})
