"""`union-warehouse docs`: the documentation of the tables, one static file, served on loopback."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from ingest.cli_errors import InputError
from ingest.cli_output import say
from ingest.settings import load_settings

HOST = "127.0.0.1"


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves one folder without a line per request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


def serve_docs(port: int) -> None:
    """Serve the documentation's folder until interrupted. Raises InputError when it is not built or the port taken."""
    page = load_settings().docs_path
    if not page.exists():
        raise InputError(f"{page} does not exist: the documentation is built by `make run`.")
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_QuietHandler, directory=str(page.parent)))
    except (OSError, OverflowError) as error:
        raise InputError(
            f"Port {port} cannot be used ({error}): choose another one with `make docs DOCS_PORT=…`."
        ) from error
    with server:
        say(f"documentation of the tables: http://{HOST}:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
