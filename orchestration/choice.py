"""Which sources schedules and sensors take care of.

UNION_WAREHOUSE_SOURCES    source ids or groups (sample, all), separated by commas; default `sample`
"""

import os

VARIABLE = "UNION_WAREHOUSE_SOURCES"
DEFAULT = "sample"


def wanted_sources() -> str:
    """The choice of this installation, as `ingest.stages.choose_sources` reads it."""
    return os.environ.get(VARIABLE) or DEFAULT
