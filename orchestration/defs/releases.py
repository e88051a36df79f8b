"""The release asset: what was exported becomes a folder that never changes, unless nothing changed.

Belongs here: the step and its check. Does not belong here: how a release is made (`ingest.publish.release`).
"""

from pathlib import Path

import dagster as dg

from ingest.releases import find_problems, release_folders
from orchestration.assets import DUCKDB_POOL, OWNERS
from orchestration.links import file_link
from orchestration.metadata import markdown_table
from orchestration.resources import Project

RELEASE = "release"


@dg.asset(
    name=RELEASE,
    deps=["exports", "dbt_docs"],
    group_name="publish",
    owners=OWNERS,
    metadata=file_link(Path(__file__)),
    kinds={"parquet", "csv"},
    pool=DUCKDB_POOL,
    description="The newest citable release: tables as Parquet, CSV and SDMX-CSV, descriptions, changes, checksums.",
)
def release(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[None]:
    """Publish a release if anything that is published changed since the last one."""
    from ingest.publish.release import publish_release  # noqa: PLC0415 (a second of imports that only this step needs)

    settings = project.settings()
    done = publish_release(settings)
    told = done.release
    context.log.info("release %s, %s", told.release_id, "published" if done.is_new else "nothing changed since")
    return dg.MaterializeResult(
        metadata={
            "release_id": told.release_id,
            "is_new": done.is_new,
            "previous_release_id": told.previous_release_id or "",
            "path": dg.MetadataValue.path(str(settings.releases_root / told.release_id)),
            "dagster/row_count": told.n_facts,
        },
        data_version=dg.DataVersion(told.content_digest[:16]),
    )


@dg.asset_check(
    asset=RELEASE,
    description="The newest release is as it was published; `union-warehouse releases --verify` checks all of them.",
)
def release_is_intact(project: Project) -> dg.AssetCheckResult:
    """Hold the newest release against its checksums."""
    folders = release_folders(project.settings().releases_root)
    newest = [folder for folder in folders if folder == (folder.parent / "latest").resolve()]
    problems = [problem for folder in newest for problem in find_problems(folder)]
    return dg.AssetCheckResult(
        passed=bool(newest) and not problems,
        severity=dg.AssetCheckSeverity.ERROR,
        description=problems[0] if problems else f"{len(newest)} release checked, {len(folders)} stored",
        metadata={"problems": dg.MetadataValue.md(markdown_table(["problem"], [[problem] for problem in problems]))},
    )


@dg.definitions
def releases() -> dg.Definitions:
    """The release and its check."""
    return dg.Definitions(assets=[release], asset_checks=[release_is_intact])
