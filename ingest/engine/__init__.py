"""Parsing and reading many pages: shards, and the engines that run them.

Belongs here: cutting a source into shards (`plan`), the one function that makes a shard (`shards`), and running it
in this process, in a pool of processes (`local`) or on a Dask cluster (`dask`). Does not belong here: what parsing
and reading mean (`ingest.parse`, `ingest.extract`), nor which frames a stage needs (`ingest.stages`).

Which engine runs a shard, how many workers there are and in which order they finish changes no byte of the result.
"""

from ingest.engine.plan import claims_shards, pages_shards, snapshot_refs
from ingest.engine.run import EngineError, run_shards
from ingest.engine.shards import Made, Shard, changed_pages, make_shards, versions

__all__ = [
    "EngineError",
    "Made",
    "Shard",
    "changed_pages",
    "claims_shards",
    "make_shards",
    "pages_shards",
    "run_shards",
    "snapshot_refs",
    "versions",
]
