"""The dbt documentation: one static file about every table, its columns and their lineage.

Belongs here: making the file when it is missing or stale. Does not belong here: the asset
(`orchestration.defs.documentation`), serving it over and over (`ingest.cli_serve`).

    python -m orchestration.documentation --port 8580    makes the file if need be, and serves it on loopback
"""

import argparse
import sys
from collections.abc import Sequence

from ingest.cli_docs import serve_docs
from ingest.cli_errors import InputError, is_users, one_sentence
from ingest.files import write_at_once
from ingest.settings import Settings, load_settings
from ingest.store import chosen_store
from orchestration.dbt_files import (
    PROJECT_FOLDER,
    Dbt,
    dbt_target,
    point_dbt_at_warehouse,
    prepared_project,
    project_digest,
)
from orchestration.ports import is_free

STATIC_PAGE = "static_index.html"
MADE_FROM = "made_from.txt"
MANIFEST = "manifest.json"
# Before the first run there is no warehouse to take the types and sizes of tables from.
WITHOUT_WAREHOUSE = ("--empty-catalog", "--no-compile")


def documentation_digest(settings: Settings) -> str:
    """What the documentation would be made from now: the dbt project, and whether there is a warehouse."""
    return project_digest(PROJECT_FOLDER) + ("" if has_warehouse(settings) else "-without-warehouse")


def has_warehouse(settings: Settings) -> bool:
    """Whether anything was loaded yet."""
    return chosen_store() != "duckdb" or settings.warehouse_path.exists()


def is_up_to_date(settings: Settings) -> bool:
    """Whether the stored file was made from what there is now."""
    page, mark = settings.docs_path, settings.docs_path.with_name(MADE_FROM)
    return page.exists() and mark.exists() and mark.read_text(encoding="utf-8") == documentation_digest(settings)


def make_documentation(settings: Settings, dbt: Dbt) -> bool:
    """Make the file unless it is up to date; whether it was made."""
    if is_up_to_date(settings):
        return False
    point_dbt_at_warehouse(settings)
    digest = documentation_digest(settings)
    target = dbt_target(settings)
    more = () if has_warehouse(settings) else WITHOUT_WAREHOUSE
    if more:
        write_at_once(target / MANIFEST, prepared_project().manifest_path.read_bytes())
    made = dbt.cli(["docs", "generate", "--static", *more], target_path=target).wait()
    write_at_once(settings.docs_path, (made.target_path / STATIC_PAGE).read_bytes())
    write_at_once(settings.docs_path.with_name(MADE_FROM), digest.encode())
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; exit code 2 with one sentence when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.documentation", description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8580)
    port = parser.parse_args(arguments).port
    settings = load_settings()
    try:
        if not is_free(port):
            raise InputError(f"Port {port} is taken: choose another one with `make docs DOCS_PORT=…`.")
        if not is_up_to_date(settings):
            sys.stderr.write("the documentation is made first, which takes some seconds\n")
            make_documentation(settings, Dbt(project_dir=prepared_project()))  # type: ignore[arg-type]
        serve_docs(port)
    except Exception as error:
        if not is_users(error):
            raise
        sys.stderr.write(f"{one_sentence(error)}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
