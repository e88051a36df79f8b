"""The evidence site as an asset: static pages of the published tables and the texts behind them."""

from pathlib import Path

import dagster as dg

from orchestration.assets import OWNERS
from orchestration.defs.exports import exports
from orchestration.links import file_link
from orchestration.resources import Project


@dg.asset(
    deps=[exports],
    group_name="publish",
    owners=OWNERS,
    metadata=file_link(Path(__file__)),
    kinds={"python", "html"},
    description=(
        "Pages on which a researcher sees the data without SQL: coverage, every region and metric, and every source"
        " page with its numbers marked where they stand. Opens from a folder, loads nothing from a network."
    ),
)
def evidence_site(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[None]:
    """Build the site; when tables, texts and templates did not change since, the stored one is kept."""
    from ingest.publish.site.build import build_site, charts_folder, site_folder  # noqa: PLC0415 - Jinja, for this alone

    settings = project.settings()
    built = build_site(settings.exports_root, project.lake(), site_folder(settings), charts_folder(settings))
    context.log.info("evidence site at %s", built.folder / "index.html")
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(built.folder / "index.html")),
            "is_new": built.is_new,
            "pages": built.n_pages,
            "charts_drawn": built.n_drawn,
            "seconds": dg.MetadataValue.float(built.seconds),
        },
        data_version=dg.DataVersion(built.made_from),
    )
