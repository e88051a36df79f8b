"""The load stage: every frame of the lake becomes a table of the `raw` schema, all in one transaction."""

from collections.abc import Iterator

import dagster as dg

from ingest.release_history import RELEASE_CLAIMS, RELEASE_HISTORY, RELEASE_PAGES, RELEASES
from ingest.schemas import FRAMES
from ingest.warehouse import CORRECTIONS, HISTORY, load_raw
from orchestration.assets import DUCKDB_POOL, OWNERS, described_columns
from orchestration.dbt_files import manifest
from orchestration.dbt_texts import source_columns
from orchestration.links import code_links, documentation_link
from orchestration.partitions import source_partitions
from orchestration.resources import Project
from orchestration.versions import INPUTS_TAG, WAREHOUSE_INPUTS, inputs_mark

DERIVED = {
    HISTORY: "Every version of every claim, with the times at which it was asserted and retracted.",
    CORRECTIONS: "Human decisions about claims: who decided what, when and why.",
    RELEASES: "The releases that were published, in their order.",
    RELEASE_HISTORY: "Every published fact with the run of releases in which it stood with these values.",
    RELEASE_CLAIMS: "Every claim behind the releases, with the run of releases in which it was read so.",
    RELEASE_PAGES: "Every page behind the releases, with the run of releases in which its body was this one.",
}
# What comes from the lake; the others come from the release folders, which are made of the models that follow.
FROM_CLAIMS = frozenset({HISTORY, CORRECTIONS})


def source_id(table: str) -> str:
    """The id of a raw table in dbt."""
    return f"source.union_warehouse.raw.{table}"


def derived_spec(name: str) -> dg.AssetSpec:
    """The spec of a raw table that is no frame of the lake."""
    columns = [dg.TableColumn(column, description=text) for column, text in source_columns(manifest(), name).items()]
    return dg.AssetSpec(
        ["raw", name],
        deps=["claims"] if name in FROM_CLAIMS else [],
        group_name="load",
        description=DERIVED[name],
        owners=OWNERS,
        kinds={"duckdb", "table"},
        metadata={
            "dagster/table_name": f"warehouse.raw.{name}",
            "dagster/column_schema": dg.TableSchema(columns=columns),
            **code_links(load_raw),
            **documentation_link(source_id(name)),
        },
    )


def raw_spec(frame: str) -> dg.AssetSpec:
    """The spec of one raw table; its key is that of the dbt source."""
    return dg.AssetSpec(
        ["raw", frame],
        deps=[frame],
        group_name="load",
        description=f"The frame `{frame}` of all sources as a table of the warehouse, as it was stored in the lake.",
        owners=OWNERS,
        kinds={"duckdb", "table"},
        metadata={
            "dagster/table_name": f"warehouse.raw.{frame}",
            "dagster/column_schema": described_columns(frame),
            **code_links(load_raw),
            **documentation_link(source_id(frame)),
        },
    )


@dg.multi_asset(name="raw", specs=[*map(raw_spec, FRAMES), *map(derived_spec, DERIVED)], pool=DUCKDB_POOL)
def raw(context: dg.AssetExecutionContext, project: Project) -> Iterator[dg.MaterializeResult[None]]:
    """Load the whole lake; loading the same lake again changes nothing."""
    made_from = inputs_mark(context.instance, WAREHOUSE_INPUTS, source_partitions().get_partition_keys())
    settings = project.settings()
    counts = load_raw(project.lake(), settings.warehouse_path, releases=settings.releases_root)
    for frame in (*FRAMES, *DERIVED):
        yield dg.MaterializeResult(
            asset_key=["raw", frame],
            metadata={"dagster/row_count": counts[frame]},
            tags={INPUTS_TAG: made_from} if made_from else None,
        )
