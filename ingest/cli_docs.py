"""`union-warehouse docs`: the documentation of the tables, one static file, served on loopback."""

from __future__ import annotations

from ingest.cli_errors import InputError
from ingest.cli_serve import serve_folder
from ingest.settings import load_settings


def serve_docs(port: int) -> None:
    """Serve the documentation's folder until interrupted. Raises InputError when it is not built or the port taken."""
    page = load_settings().docs_path
    if not page.exists():
        raise InputError(f"{page} does not exist: the documentation is built by `make run`.")
    serve_folder(page.parent, port, "documentation of the tables", "make docs DOCS_PORT=…")
