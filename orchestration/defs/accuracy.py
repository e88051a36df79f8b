"""The accuracy check: what extraction was last measured at, beside the level that was recorded.

Belongs here: comparing kept figures. Does not belong here: measuring (`make score`), which needs the annotated
pages and takes longer than a check should. Serves the concept "asset check".
"""

import dagster as dg
import polars as pl

from orchestration.metadata import markdown_table
from orchestration.resources import Project

NOT_MEASURED = "accuracy was not measured here yet: make score measures and keeps it"


def compare(scores: pl.DataFrame) -> dg.AssetCheckResult:
    """Fail when a figure (columns name, value, recorded) lies below its recorded level."""
    fallen = scores.filter(pl.col("value") < pl.col("recorded"))
    rows = [(row["name"], f"{row['value']:.3f}", f"{row['recorded']:.3f}") for row in scores.iter_rows(named=True)]
    return dg.AssetCheckResult(
        passed=fallen.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{fallen.height} of {scores.height} figures are below their recorded level",
        metadata={"figures": dg.MetadataValue.md(markdown_table(["figure", "measured", "recorded"], rows))},
    )


@dg.asset_check(
    asset="claims",
    description="Precision and recall on the annotated pages, as last measured, have not fallen below the record.",
)
def accuracy_at_recorded_level(project: Project) -> dg.AssetCheckResult:
    """Read the kept score; without one the check passes and says so."""
    kept = project.settings().home / "accuracy" / "score.parquet"
    if not kept.exists():
        return dg.AssetCheckResult(passed=True, description=NOT_MEASURED)
    return compare(pl.read_parquet(kept))


@dg.definitions
def accuracy() -> dg.Definitions:
    """The one check of this module."""
    return dg.Definitions(asset_checks=[accuracy_at_recorded_level])
