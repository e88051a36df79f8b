"""`union-warehouse site`: the evidence site, built where that is needed, served on loopback."""

from __future__ import annotations

from ingest.cli_output import say
from ingest.cli_serve import serve_folder
from ingest.lake import Lake
from ingest.publish.site.build import BuiltSite, build_site, charts_folder, site_folder
from ingest.settings import load_settings


def build_evidence_site(*, force: bool = False) -> BuiltSite:
    """Build the site unless it is up to date, and say so. Raises SiteError before the first run."""
    settings = load_settings()
    built = build_site(
        settings.exports_root, Lake(settings.lake_root), site_folder(settings), charts_folder(settings), force=force
    )
    if built.is_new:
        say(f"evidence site: {built.n_pages} pages written in {built.seconds:.1f} s to {built.folder}")
    else:
        say(f"evidence site: up to date in {built.folder}")
    return built


def serve_site(port: int, *, force: bool = False) -> None:
    """Build the site unless it is up to date, then serve it until interrupted."""
    built = build_evidence_site(force=force)
    serve_folder(built.folder, port, "evidence site", "make site SITE_PORT=…")
