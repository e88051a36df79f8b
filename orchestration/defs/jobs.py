"""Jobs: the selections that people and schedules start. Serves the Dagster concept "job"."""

import dagster as dg

from orchestration.defs.claims import ExtractConfig
from orchestration.defs.crawl import CrawlConfig
from orchestration.defs.fetch import FetchConfig
from orchestration.defs.pages import ParseConfig

# What the launchpad is filled with: everything that may be set, at the values that a scheduled run has.
INDEX_CONFIG = {"page_refs": CrawlConfig(), "snapshots": FetchConfig()}
READ_CONFIG = {"pages": ParseConfig(), "claims": ExtractConfig()}

REFERENCE = dg.AssetSelection.groups("reference")
LAKE = dg.AssetSelection.groups("crawl", "fetch", "parse", "extract")
MODELS = dg.AssetSelection.groups("seeds", "staging", "intermediate", "marts", "checks", "reports")
WAREHOUSE = dg.AssetSelection.groups("load") | MODELS | dg.AssetSelection.groups("publish")

reference = dg.define_asset_job(
    "reference", selection=REFERENCE, description="Catalogue, metrics and regions: what is known before any page."
)
ingest_source = dg.define_asset_job(
    "ingest_source",
    selection=LAKE,
    config=dg.RunConfig({**INDEX_CONFIG, **READ_CONFIG}),
    description="Everything of one source: list pages, pages, claims, quarantine.",
)
refresh_index = dg.define_asset_job(
    "refresh_index",
    selection=dg.AssetSelection.groups("crawl", "fetch"),
    config=dg.RunConfig({**INDEX_CONFIG}),
    description="Ask one source for new and changed pages; what changed is read by the sensors.",
)
read_source = dg.define_asset_job(
    "read_source",
    selection=dg.AssetSelection.groups("parse", "extract"),
    config=dg.RunConfig({**READ_CONFIG}),
    description="Parse and read the pages of one source that are new or changed.",
)
publish_warehouse = dg.define_asset_job(
    "publish_warehouse",
    selection=WAREHOUSE,
    description="From the lake to the published tables: raw schema, dbt models and tests, exports, documentation.",
)
everything = dg.define_asset_job(
    "everything",
    selection=REFERENCE | LAKE | WAREHOUSE,
    description="All assets; with a source chosen as the partition, its pages and then the warehouse.",
)
