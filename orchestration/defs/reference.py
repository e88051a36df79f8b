"""Reference assets: what is known before any page is fetched. They belong to no source and are not partitioned."""

import dagster as dg

from ingest.stages import reference_frame
from orchestration.assets import lake_spec, materialised
from orchestration.resources import Project

DESCRIPTIONS = {
    "sources": "The catalogue: one row per source, with publisher, terms and kind of authority.",
    "metrics": "The vocabulary of metrics: codes, names, units and exact definitions.",
    "regions": "Administrative regions through time, with codes, parents and years of validity.",
}


def reference_asset(name: str) -> dg.AssetsDefinition:
    """The asset of one reference frame."""

    @dg.multi_asset(
        name=name,
        specs=[lake_spec(name, group="reference", description=DESCRIPTIONS[name], made_by=reference_frame)],
        can_subset=False,
    )
    def reference(project: Project) -> dg.MaterializeResult[None]:
        return materialised(name, reference_frame(name, project.settings()))

    return reference


sources = reference_asset("sources")
metrics = reference_asset("metrics")
regions = reference_asset("regions")
