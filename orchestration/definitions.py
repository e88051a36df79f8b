"""The code location: everything found in the `defs` folder, and nothing else."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load assets, checks, jobs, schedules, sensors and resources from `orchestration/defs`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
