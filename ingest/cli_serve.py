"""Serving one folder of static files on loopback, for the verbs that show something in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ingest.cli_errors import InputError
from ingest.cli_output import say

HOST = "127.0.0.1"


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves one folder without a line per request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


def serve_folder(folder: Path, port: int, what: str, mend: str) -> None:
    """Serve a folder until interrupted; says `what` it is and where.

    Raises InputError when the port cannot be used; `mend` is the command that chooses another one.
    """
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_QuietHandler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise InputError(f"Port {port} cannot be used ({error}): choose another one with `{mend}`.") from error
    with server:
        say(f"{what}: http://{HOST}:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")


@contextmanager
def folder_server(folder: Path, port: int) -> Iterator[str]:
    """Serve a folder in the background and yield its address; port 0 takes any free one."""
    with ThreadingHTTPServer((HOST, port), partial(_QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, name="folder-server", daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
