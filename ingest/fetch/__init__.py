"""HTTP with manners: list pages to page addresses, addresses to archived bodies.

Belongs here: crawling, robots.txt, pace, bounds, the WARC archive. Does not belong here: what a page says
(`ingest.parse`) or which sites there are (`ingest.catalogue`).

A run over one source:

    with open_client(settings) as http, open_archive(settings.archive_root, source.source_id) as archive:
        page_refs, crawl_quarantine = crawl_source(source, http, archive=archive)
        result = fetch_pages(source, page_refs, previous_snapshots, archive, http)
"""

from ingest.fetch.archive import Archive, open_archive, read_body
from ingest.fetch.client import HttpClient, Response, open_client
from ingest.fetch.crawl import crawl_source, poll_source
from ingest.fetch.errors import FetchError
from ingest.fetch.guard import Guard
from ingest.fetch.pace import Pacer
from ingest.fetch.pages import FetchResult, fetch_pages, page_count_complaint
from ingest.fetch.probe import ProbeReport, ProbeStep, probe_source
from ingest.fetch.replay import replay_source
from ingest.fetch.storage import ArchiveError, archive_path
from ingest.fetch.urls import canonical_url
from ingest.fetch.verify import Damage, Verification, verify_archive

__all__ = [
    "Archive",
    "ArchiveError",
    "Damage",
    "FetchError",
    "FetchResult",
    "Guard",
    "HttpClient",
    "Pacer",
    "ProbeReport",
    "ProbeStep",
    "Response",
    "Verification",
    "archive_path",
    "canonical_url",
    "crawl_source",
    "fetch_pages",
    "open_archive",
    "open_client",
    "page_count_complaint",
    "poll_source",
    "probe_source",
    "read_body",
    "replay_source",
    "verify_archive",
]
