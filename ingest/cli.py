"""The `union-warehouse` command.

Belongs here: commands, options, exit codes, and how results look on a terminal. Does not belong here: any
work; each command imports what it needs when it is called, so that help and listings are quick
(`tests/unit/test_cli.py` holds what each may import).

Exit codes: 0 done, 1 something failed on the way, 2 input that cannot be used (one sentence says why).
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    name="union-warehouse",
    help="Trade-union figures printed in Chinese yearbooks, read into a citable data warehouse.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    add_completion=False,
)

UNUSABLE = 2
SHOWN_FACT_COLUMNS = (
    "region_name", "ref_year", "metric_code", "breakdown", "qualifier", "obs_value", "unit_code", "reporting_scope",
    "obs_status", "chosen_claim_id",
)  # fmt: skip


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How rows are printed.")]


@app.command()
def extract(
    inputs: Annotated[list[str], typer.Argument(metavar="PATH|DIR|URL...", help="HTML or .txt files, folders, pages.")],
    region: Annotated[str | None, typer.Option(help="Region of pages that name none.")] = None,
    reference_year: Annotated[int | None, typer.Option(help="Year of pages that name none.")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Read pages and print one claim per line.

    Region and year are read from each page where it says them. `NAME.meta.json` beside a file may give the
    `url` and `title` it was saved from.
    """
    from ingest.cli_extract import read_inputs  # noqa: PLC0415
    from ingest.cli_output import print_claims, say  # noqa: PLC0415

    claims, problems = read_inputs(inputs, region, reference_year)
    if claims or not problems:
        print_claims(claims, output.value)
    for problem in problems:
        say(problem)
    raise typer.Exit(UNUSABLE if problems else 0)


@app.command()
def run(
    sources: Annotated[str, typer.Option(help="Source ids or groups (sample, all), separated by commas.")] = "sample",
) -> None:
    """Run the whole pipeline through Dagster: fetch, read, validate, load, build, publish."""
    from importlib.util import find_spec  # noqa: PLC0415

    from ingest.cli_output import say  # noqa: PLC0415

    if find_spec("orchestration") is None:
        say("The orchestration is not installed here: install the whole project (`make run` does) to run the pipeline.")
        raise typer.Exit(UNUSABLE)
    # the same process goes on as the pipeline: an interrupt or a kill reaches it directly
    os.execv(sys.executable, [sys.executable, "-m", "orchestration.run", "--sources", sources])  # noqa: S606


@app.command()
def sources(output: FormatOption = Format.table) -> None:
    """List the catalogue: every source with its publisher, region and terms."""
    from ingest.cli_output import print_rows  # noqa: PLC0415
    from ingest.cli_read import list_sources  # noqa: PLC0415

    columns = ("source_id", "title", "region_name", "level", "authority_kind", "verified_on", "terms")
    print_rows(list_sources(), output.value, columns if output is Format.table else None)


@app.command()
def facts(
    region: Annotated[str | None, typer.Option(help="Full or short name, of any time, or code of a region.")] = None,
    year: Annotated[int | None, typer.Option(help="Reference year.")] = None,
    metric: Annotated[str | None, typer.Option(help="Metric code.")] = None,
    as_of: Annotated[str | None, typer.Option(help="A release: facts as it published them.")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Print published facts: one row per metric, region, year, breakdown and scope."""
    from ingest.cli_output import print_rows  # noqa: PLC0415
    from ingest.publish import read_facts  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415

    found = read_facts(load_settings().exports_root, region, year, metric, as_of)
    print_rows(found.to_dicts(), output.value, SHOWN_FACT_COLUMNS if output is Format.table else found.columns)


@app.command()
def evidence(claim_id: Annotated[str, typer.Argument(help="As given in `chosen_claim_id` of a fact.")]) -> None:
    """Show where a number comes from: the sentence with the number marked, address, snapshot hash, rule."""
    from ingest.cli_output import print_evidence  # noqa: PLC0415
    from ingest.publish import read_evidence  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415

    print_evidence(read_evidence(load_settings().exports_root, claim_id))


@app.command()
def publish(
    release_id: Annotated[str | None, typer.Option("--id", help="Name of the release (default: date-number).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also when nothing changed.")] = False,
) -> None:
    """Make a citable release of the published tables: a folder that never changes, with checksums and changes."""
    from ingest import cli_publish  # noqa: PLC0415

    cli_publish.publish(release_id, force=force)


@app.command()
def releases(
    verify: Annotated[bool, typer.Option("--verify", help="Check every file against its checksum.")] = False,
    output: FormatOption = Format.table,
) -> None:
    """List the releases, oldest first; exit code 1 if one is not as it was published."""
    from ingest.cli_output import print_rows, say  # noqa: PLC0415
    from ingest.cli_publish import SHOWN, list_stored  # noqa: PLC0415

    rows, problems = list_stored(verify=verify)
    print_rows(rows, output.value, SHOWN if output is Format.table else None)
    for problem in problems:
        say(problem)
    raise typer.Exit(1 if problems else 0)


@app.command()
def status() -> None:
    """Show what is stored: rows of each frame by source, what is out of date and why, and where everything lies."""
    from ingest.cli_output import print_rows, say  # noqa: PLC0415
    from ingest.cli_read import frame_counts, places, stale_rows  # noqa: PLC0415

    print_rows(frame_counts(), "table")
    stale = stale_rows()
    if stale:
        say("What the next run makes again:")
        print_rows(stale, "table")
    else:
        say("Nothing that was fetched waits to be read.")
    for name, place in places().items():
        say(f"{name}: {place}")


@app.command()
def probe(source_id: Annotated[str, typer.Argument(help="As listed by `sources`.")]) -> None:
    """Ask a source live for one list page per level and one article: does its catalogue entry still fit?"""
    from ingest.cli_sources import probe_report  # noqa: PLC0415

    raise typer.Exit(0 if probe_report(source_id) else 1)


@app.command()
def verify_archive() -> None:
    """Check every digest of the archive, and that each snapshot's body is there."""
    from ingest.cli_sources import verification_report  # noqa: PLC0415

    raise typer.Exit(0 if verification_report() else 1)


@app.command()
def docs(port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8580) -> None:
    """Serve the documentation of the tables on 127.0.0.1 until interrupted."""
    from ingest.cli_docs import serve_docs  # noqa: PLC0415

    serve_docs(port)


@app.command()
def site(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8590,
    serve: Annotated[bool, typer.Option(help="Serve it until interrupted; else only build.")] = True,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it also when nothing changed.")] = False,
) -> None:
    """Build the evidence site (regions, metrics, every page with its numbers marked) and serve it on 127.0.0.1."""
    from ingest.cli_site import build_evidence_site, serve_site  # noqa: PLC0415

    if serve:
        serve_site(port, force=rebuild)
    else:
        build_evidence_site(force=rebuild)


@app.command()
def serve_sample(port: Annotated[int, typer.Option(help="0 takes any free port.")] = 8750) -> None:
    """Serve the embedded sample site on 127.0.0.1 until interrupted."""
    from ingest.cli_output import say  # noqa: PLC0415
    from ingest.sample import serve_forever  # noqa: PLC0415

    serve_forever(port, lambda address: say(f"sample site answering at http://{address}/ (Ctrl-C ends it)"))


def main() -> None:
    """Run the command; an error of the user is one sentence on standard error and exit code 2."""
    from ingest.cli_errors import is_users, one_sentence  # noqa: PLC0415

    try:
        app()
    except BrokenPipeError:
        # the reader of a pipe (head, less) left early: that is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if not is_users(error):
            raise
        sys.stderr.write(f"{one_sentence(error)}\n")
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
