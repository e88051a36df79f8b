"""The whole site, written beside its place and then put there at once.

Belongs here: the order of work, what it was made from, and the swap. Does not belong here: what any page shows.
A reader sees the former site or the new one; a build that fails leaves the former one. Equal tables and texts give
equal bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.files import remove_leftovers, swap_in
from ingest.lake import Lake
from ingest.publish.site.charts import ChartStore
from ingest.publish.site.evidence import stored_texts, write_evidence
from ingest.publish.site.lookup import write_claims, write_search
from ingest.publish.site.places import write_metrics, write_regions
from ingest.publish.site.render import Renderer
from ingest.publish.site.shared import Site
from ingest.publish.site.start import write_start
from ingest.publish.site.tables import NEEDED, Tables, open_tables
from ingest.settings import Settings

PACKAGE = Path(__file__).parent
MADE_FROM = "made_from.txt"
REGION_IDS = """
    SELECT region_id FROM fct_union_metrics UNION SELECT region_id FROM rpt_coverage
    UNION SELECT region_id FROM fct_union_claims WHERE region_id IS NOT NULL
"""


def site_folder(settings: Settings) -> Path:
    """Where the site lies."""
    return settings.home / "site"


def charts_folder(settings: Settings) -> Path:
    """Where its pictures are kept by their content, so that the next build draws only new ones."""
    return settings.home / "site_charts"


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """What a build did: pages written, pictures drawn anew, seconds, and the mark of what it was made from."""

    folder: Path
    is_new: bool
    n_pages: int
    n_drawn: int
    seconds: float
    made_from: str


def build_site(exports_root: Path, lake: Lake, folder: Path, charts_folder: Path, *, force: bool = False) -> BuiltSite:
    """Build the site under `folder` unless it was made from the same tables, texts and templates already.

    Raises SiteError where an exported table is missing.
    """
    started = time.monotonic()
    with open_tables(exports_root) as tables:
        mark = inputs_digest(exports_root, lake)
        if not force and _mark_of(folder) == mark:
            return BuiltSite(folder, False, 0, 0, time.monotonic() - started, mark)
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        staging = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.new")
        charts = ChartStore(charts_folder)
        try:
            n_pages = _write_all(staging, tables, lake, charts)
            (staging / MADE_FROM).write_text(mark, encoding="utf-8")
            swap_in(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    charts.remove_unused()
    return BuiltSite(folder, True, n_pages, charts.drawn, time.monotonic() - started, mark)


def _write_all(folder: Path, tables: Tables, lake: Lake, charts: ChartStore) -> int:
    folder.mkdir(parents=True)
    metrics = {row["metric_code"]: row for row in tables.rows("SELECT * FROM dim_metric ORDER BY metric_code")}
    site = Site(
        folder=folder,
        tables=tables,
        renderer=Renderer(),
        metrics=metrics,
        breakdown_names={row["breakdown"]: row["name_en"] for row in tables.rows("SELECT * FROM dim_breakdown")},
        region_ids=frozenset(row["region_id"] for row in tables.rows(REGION_IDS) if row["region_id"]),
    )
    shutil.copytree(PACKAGE / "static", folder / "static")
    write_start(site)
    write_regions(site, charts)
    write_metrics(site)
    write_evidence(site, stored_texts(lambda: page_parts(lake)))
    write_claims(site)
    write_search(site)
    return site.pages_written


def page_parts(lake: Lake) -> Iterator[pl.DataFrame]:
    """The frame `pages` part by part, so that no more than one part is held."""
    for path in lake.parts("pages"):
        source_id, name = path.rsplit("/", 2)[1:]
        yield lake.read("pages", source_id, name.removesuffix(".parquet"))


def inputs_digest(exports_root: Path, lake: Lake) -> str:
    """A hash of all that the site is made from: the tables, the texts, and this package."""
    digest = hashlib.sha256()
    for name in NEEDED:
        with (exports_root / "parquet" / f"{name}.parquet").open("rb") as table:
            digest.update(hashlib.file_digest(table, "sha256").digest())
    for part in page_parts(lake):
        for row in part.select("page_id", "text_sha256", "parser_version").iter_rows():
            digest.update(f"{row}\n".encode())
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _mark_of(folder: Path) -> str | None:
    path = folder / MADE_FROM
    return path.read_text(encoding="utf-8") if path.is_file() else None
