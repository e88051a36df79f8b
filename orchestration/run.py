"""The run of the command line: all stages of the chosen sources through Dagster, in this process.

    python -m orchestration.run --sources sample

Belongs here: the order of the jobs, what is shown meanwhile, going on past a failed source. Does not belong
here: what the jobs do (`orchestration.defs`) or the summary's numbers (`orchestration.summary`).

All output of Dagster and dbt goes to a log file; the terminal shows one line per job. Every run is kept in the
persistent Dagster instance, so that the UI shows it afterwards. Exit code 1 if a job failed, else 0.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ingest.catalogue import CatalogueError
from ingest.sample import serve
from ingest.settings import Settings, SettingsError, load_settings
from ingest.stages import SourceChoiceError, choose_sources, open_catalogue
from orchestration.lock import LockedError, hold_lock

WAIT_FOR_OTHER_RUN_SECONDS = 900
PLAIN_WIDTH = 140
LOADING = "loading Dagster and the dbt project"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How one job ended: its sentences of failure are empty when it succeeded."""

    title: str
    failures: Sequence[str]
    seconds: float


class _Progress(logging.Handler):
    """Shows what the library logs as the current activity."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self.console = console
        self.status = console.status("")

    def emit(self, record: logging.LogRecord) -> None:
        """Show one message: as the text of the spinner on a terminal, else nothing (the job's line tells)."""
        self.status.update(escape(record.getMessage()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.run", description=__doc__.split("\n")[0])
    parser.add_argument("--sources", default="sample", help="source ids or groups, separated by commas")
    wanted = parser.parse_args(arguments).sources
    try:
        settings = load_settings()
        catalogue = open_catalogue(settings)
        chosen = choose_sources(catalogue, wanted)
    except (CatalogueError, SettingsError, SourceChoiceError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    needs_sample = any(catalogue[source_id].is_local for source_id in chosen)
    with own_terminal(settings) as (console, log_file):
        try:
            return _run_locked(settings, chosen, console, log_file, needs_sample=needs_sample)
        except LockedError as error:
            console.print(escape(str(error)))
            return 1


def _run_locked(
    settings: Settings, chosen: Sequence[str], console: Console, log_file: Path, *, needs_sample: bool
) -> int:
    """Run while holding the lock of the home, with the sample site up if it is needed."""

    def tell_waiting() -> None:
        console.print("another run is at work in this home; waiting for it to end")

    lock = hold_lock(settings.home / "run.lock", WAIT_FOR_OTHER_RUN_SECONDS, tell_waiting)
    with lock, serve() if needs_sample else nullcontext(None) as address:
        if address is not None:
            os.environ["UNION_WAREHOUSE_SAMPLE"] = address
            console.print(f"sample site answering at [bold]http://{address}/[/]")
        outcomes = run_jobs(settings, chosen, console)
    return _report(settings, chosen, outcomes, console, log_file)


def run_jobs(settings: Settings, chosen: Sequence[str], console: Console) -> list[JobOutcome]:
    """Run the reference job, then every source, then the warehouse; a failed source does not stop the others."""
    progress = _Progress(console)
    with progress.status:
        progress.status.update(LOADING)
        from orchestration.launch import Launcher  # noqa: PLC0415 (seconds of imports, after the first line is shown)

        with Launcher(settings) as launcher:
            library = logging.getLogger("ingest")
            library.addHandler(progress)
            library.setLevel(logging.INFO)
            plan = [("reference", None), *(("ingest_source", source) for source in chosen), ("publish_warehouse", None)]
            outcomes = []
            for job, source in plan:
                outcomes.append(_run_job(launcher, job, source, progress))
                _show(outcomes[-1], console)
    return outcomes


def _run_job(launcher: "Launcher", job: str, source: str | None, progress: _Progress) -> JobOutcome:  # type: ignore[name-defined] # noqa: F821
    title = source or job
    progress.status.update(f"{title} …")
    started = time.monotonic()
    failures = launcher.run(job, source)
    return JobOutcome(title, failures, time.monotonic() - started)


def _show(outcome: JobOutcome, console: Console) -> None:
    mark = "[red]✗[/]" if outcome.failures else "[green]✓[/]"
    console.print(f"{mark} {outcome.title:<24} {outcome.seconds:5.1f} s")
    for sentence in outcome.failures:
        console.print(f"    {escape(sentence)}", style="red")


def _report(
    settings: Settings, chosen: Sequence[str], outcomes: Sequence[JobOutcome], console: Console, log_file: Path
) -> int:
    from orchestration.summary import print_summary  # noqa: PLC0415

    print_summary(settings, chosen, console)
    failed = [outcome.title for outcome in outcomes if outcome.failures]
    if failed:
        console.print(f"[red]failed: {', '.join(failed)}[/]; the full log is {log_file}")
    return 1 if failed else 0


@contextmanager
def own_terminal(settings: Settings) -> Iterator[tuple[Console, Path]]:
    """A console on the real terminal, while everything else that is printed goes to a log file."""
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
    with log_file.open("ab", buffering=0) as log, os.fdopen(os.dup(kept[1]), "w", encoding="utf-8") as terminal:
        for descriptor in kept:
            os.dup2(log.fileno(), descriptor)
        try:
            yield Console(file=terminal, highlight=False, width=None if terminal.isatty() else PLAIN_WIDTH), log_file
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, original in kept.items():
                os.dup2(original, descriptor)
                os.close(original)


if __name__ == "__main__":
    sys.exit(main())
