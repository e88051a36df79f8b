"""What was made from what: versions of the lake's assets, as Dagster recorded them.

Belongs here: reading versions from the instance, and the mark that an asset leaves about its inputs. Does not
belong here: deciding what to start (`orchestration.defs.sensors`).

Dagster keeps the input versions of an asset too, but hashed over partitions; the sensors need to compare one
asset with another partitioning, so the mark is our own.
"""

import hashlib
from collections.abc import Sequence

from dagster import AssetKey, AssetMaterialization, AssetRecordsFilter, DagsterInstance

VERSION_TAG = "dagster/data_version"
INPUTS_TAG = "union-warehouse/inputs"
PAGES_INPUTS = ("page_refs", "snapshots")
WAREHOUSE_INPUTS = ("pages", "claims", "quarantine")


def latest(instance: DagsterInstance, asset: str | Sequence[str], partition: str | None) -> AssetMaterialization | None:
    """The newest materialisation of an asset (of one partition, if given), or None."""
    key = AssetKey(asset)
    wanted = AssetRecordsFilter(key, asset_partitions=[partition]) if partition else AssetRecordsFilter(key)
    records = instance.fetch_materializations(wanted, limit=1).records
    return records[0].asset_materialization if records else None


def inputs_mark(instance: DagsterInstance, assets: Sequence[str], partitions: Sequence[str]) -> str | None:
    """A mark of the newest versions of assets in some partitions; None when none was ever materialised."""
    known = [
        f"{asset}/{partition}={(found.tags or {}).get(VERSION_TAG)}"
        for asset in assets
        for partition in partitions
        if (found := latest(instance, asset, partition)) is not None
    ]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16] if known else None


def recorded_mark(instance: DagsterInstance, asset: str | Sequence[str], partition: str | None = None) -> str | None:
    """The mark of the inputs from which an asset was last made, or None."""
    found = latest(instance, asset, partition)
    return (found.tags or {}).get(INPUTS_TAG) if found else None
