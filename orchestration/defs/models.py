"""The dbt models, seeds and tests as assets and checks. The SQL stands in `dbt_project`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from ingest.warehouse import connect
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.dbt_files import PROJECT_FOLDER, Dbt, dbt_target, manifest, point_dbt_at_warehouse, prepared_project
from orchestration.dbt_results import DbtResults, built_ids
from orchestration.dbt_texts import describe_model, describe_test
from orchestration.links import documentation_link, file_link
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
    """Names groups by the layer of a model; gives assets an owner, a plain description and links, checks a sentence."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of one model, seed or source."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        return spec.replace_attributes(
            group_name=group_of(manifest, unique_id),
            owners=OWNERS,
            description=describe_model(node),
            metadata={
                **spec.metadata,
                **file_link(PROJECT_FOLDER / node["original_file_path"]),
                **documentation_link(unique_id),
            },
        )

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """The spec of one test; it blocks what stands on the model if its severity is error."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        text = describe_test(self.get_resource_props(manifest, unique_id))
        return spec._replace(description=text) if spec else None


def group_of(manifest: Mapping[str, Any], unique_id: str) -> str:
    """The group of a dbt resource: `load` for sources, `seeds`, or the layer that its folder names."""
    if unique_id.startswith("source."):
        return "load"
    if unique_id.startswith("seed."):
        return "seeds"
    return GROUPS[manifest["nodes"][unique_id]["fqn"][1]]


TRANSLATOR = Translator()


@dbt_assets(
    manifest=prepared_project().manifest_path,
    project=prepared_project(),
    dagster_dbt_translator=TRANSLATOR,
    name="dbt_models",
    pool=DUCKDB_POOL,
)
def dbt_models(context: dg.AssetExecutionContext, dbt: Dbt, project: Project) -> Iterator[Any]:
    """Build seeds and models and run their tests; a failed test keeps what stands on the model from being built."""
    settings = project.settings()
    point_dbt_at_warehouse(settings)
    waiting: list[dg.Output[None] | dg.AssetCheckResult] = []
    failure = None
    build = dbt.cli(["build"], context=context, target_path=dbt_target(settings))
    try:
        for event in build.stream():
            if isinstance(event, dg.Output) or (isinstance(event, dg.AssetCheckResult) and not event.passed):
                waiting.append(event)  # told once dbt has let go of the warehouse, which tells more about them
            else:
                yield event
    except DagsterDbtCliRuntimeError as error:
        failure = error
    if waiting:
        with connect(settings.warehouse_path, read_only=True) as connection:
            yield from tell_more(waiting, DbtResults.read(connection, build.target_path))
    if failure:
        raise failure


def tell_more(events: Sequence[dg.Output[None] | dg.AssetCheckResult], results: DbtResults) -> Iterator[Any]:
    """The same events with rows, previews and lineage of what was built, and the rows that failed tests found."""
    keys = asset_keys()
    ids = built_ids(events)
    for event in events:
        if isinstance(event, dg.Output):
            more = results.describe(ids[event.output_name], keys)
            yield event.with_metadata({**event.metadata, **more})
        else:
            unique_id = event.metadata["unique_id"].value
            rows = results.failing_rows(str(unique_id))
            yield event._replace(metadata={**event.metadata, **({"failing_rows": rows} if rows else {})})


def asset_keys() -> dict[str, dg.AssetKey]:
    """The assets of dbt's models, seeds and sources, by dbt's ids."""
    known = manifest()
    ids = [*known["sources"], *(key for key, node in known["nodes"].items() if node["resource_type"] != "test")]
    return {unique_id: TRANSLATOR.get_asset_spec(known, unique_id, prepared_project()).key for unique_id in ids}
