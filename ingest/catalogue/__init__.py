"""Which sources exist: one YAML file per source, and the typed model that reads it.

Belongs here: what is known about a publisher's site (addresses, list pages, words that choose articles,
pace, terms). Does not belong here: how pages are fetched (`ingest.fetch`) or read (`ingest.parse`).
"""

from ingest.catalogue.model import (
    Articles,
    Canonical,
    Crawl,
    Layout,
    LinkRule,
    Pace,
    PageAddress,
    Pagination,
    Source,
    VolumeYear,
)
from ingest.catalogue.reader import (
    SOURCES_FOLDER,
    Catalogue,
    CatalogueError,
    load_catalogue,
    load_entries,
    load_source,
    source_rows,
    sources_frame,
)

__all__ = [
    "SOURCES_FOLDER",
    "Articles",
    "Canonical",
    "Catalogue",
    "CatalogueError",
    "Crawl",
    "Layout",
    "LinkRule",
    "Pace",
    "PageAddress",
    "Pagination",
    "Source",
    "VolumeYear",
    "load_catalogue",
    "load_entries",
    "load_source",
    "source_rows",
    "sources_frame",
]
