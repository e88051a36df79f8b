"""`union-warehouse probe` and `verify-archive`: is a catalogue entry still true, is the archive sound?"""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from ingest.cli_errors import InputError
from ingest.cli_output import say
from ingest.fetch import open_client, probe_source, verify_archive
from ingest.lake import Lake
from ingest.settings import load_settings
from ingest.stages import open_catalogue


def probe_report(source_id: str) -> bool:
    """Print one line per step of a live probe; returns whether the source can be run as catalogued."""
    settings = load_settings()
    catalogue = open_catalogue(settings)
    if source_id not in catalogue:
        raise InputError(f"no source is called {source_id!r}; `union-warehouse sources` lists them.")
    with open_client(settings) as http:
        report = probe_source(catalogue[source_id], http)
    console = Console(highlight=False)
    for step in report.steps:
        mark = "[green]✓[/]" if step.is_ok else "[red]✗[/]"
        console.print(f"{mark} {escape(step.name)}: {escape(step.seen)}  {escape(step.url)}", soft_wrap=True)
        if step.advice:
            console.print(f"    {escape(step.advice)}", soft_wrap=True)
    return report.is_ok


def verification_report() -> bool:
    """Print what was checked and every damage found; returns whether the archive is sound."""
    settings = load_settings()
    snapshots = Lake(settings.lake_root).read("snapshots")
    found = verify_archive(settings.archive_root, snapshots)
    for damage in found.damages:
        say(f"{damage.file} at byte {damage.offset}: {damage.problem}")
    say(f"{found.files} files, {found.records} records, {found.bodies} bodies checked; {len(found.damages)} damaged")
    return found.is_sound
