"""The dbt models, seeds and tests as assets and checks. The SQL stands in `dbt_project`."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from ingest.warehouse import count_tables
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.dbt_files import Dbt, dbt_target, point_dbt_at_warehouse, prepared_project
from orchestration.resources import Project

# The folders of `dbt_project/models`, in order of the flow, and the Dagster group that shows them.
GROUPS = {
    "staging": "staging",
    "intermediate": "intermediate",
    "marts": "marts",
    "checks": "checks",
    "reports": "reports",
}


class Translator(DagsterDbtTranslator):
    """Names groups by the layer of a model and gives every asset an owner."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of one model, seed or source."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(group_name=group_of(manifest, unique_id), owners=OWNERS)


def group_of(manifest: Mapping[str, Any], unique_id: str) -> str:
    """The group of a dbt resource: `load` for sources, `seeds`, or the layer that its folder names."""
    if unique_id.startswith("source."):
        return "load"
    if unique_id.startswith("seed."):
        return "seeds"
    return GROUPS[manifest["nodes"][unique_id]["fqn"][1]]


@dbt_assets(
    manifest=prepared_project().manifest_path,
    project=prepared_project(),
    dagster_dbt_translator=Translator(),
    name="dbt_models",
    pool=DUCKDB_POOL,
)
def dbt_models(context: dg.AssetExecutionContext, dbt: Dbt, project: Project) -> Iterator[Any]:
    """Build seeds and models and run their tests; a failed test keeps what stands on the model from being built."""
    settings = project.settings()
    point_dbt_at_warehouse(settings)
    built = []
    # all of it first: counting needs the warehouse file, which dbt holds until it ends
    for event in dbt.cli(["build"], context=context, target_path=dbt_target(settings)).stream():
        if isinstance(event, dg.Output):
            built.append(event)
        else:
            yield event
    keys = {event.output_name: context.asset_key_for_output(event.output_name) for event in built}
    counts = count_tables(settings.warehouse_path, [tuple(key.path) for key in keys.values()])
    for event in built:
        rows = counts.get(tuple(keys[event.output_name].path))
        more = {} if rows is None else {"dagster/row_count": rows}
        yield event.with_metadata({**event.metadata, **more})
