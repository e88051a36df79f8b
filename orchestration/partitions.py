"""How the lake's assets are cut: one static partition per source of the catalogue.

Static on purpose: the partitions follow from the files in the repository, not from one Dagster instance.
"""

from functools import cache

import dagster as dg

from ingest.settings import load_settings
from ingest.stages import open_catalogue


@cache
def source_partitions() -> dg.StaticPartitionsDefinition:
    """One partition per source, in order of the ids. Raises CatalogueError for an invalid entry."""
    return dg.StaticPartitionsDefinition(sorted(open_catalogue(load_settings())))
