"""`make ui`: the Dagster UI with its daemon on loopback; beside it the sample site, so that schedules can fetch, and
the dbt documentation, to which every table links.

Belongs here: ports, the sites beside it, one child process. Serves until interrupted.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ingest.cli_serve import folder_server
from ingest.sample import serve
from ingest.settings import Settings, load_settings
from orchestration.choice import VARIABLE
from orchestration.dbt_files import point_dbt_at_warehouse, put_dbt_on_path
from orchestration.home import open_instance
from orchestration.links import VARIABLE as DOCS_VARIABLE
from orchestration.ports import HOST, is_free

WORKSPACE = Path(__file__).parent.parent / "workspace.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; exit code 2 with one sentence when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.ui", description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--sample-port", type=int, default=8750, help="0 takes any free port")
    parser.add_argument("--sample-address", help="host:port of a sample site that answers already; none is served then")
    parser.add_argument("--docs-port", type=int, default=8580, help="0 serves no documentation")
    parser.add_argument("--sources", default="sample", help="what the schedule asks for news")
    options = parser.parse_args(arguments)
    if not is_free(options.port):
        sys.stderr.write(f"Port {options.port} is taken: choose another one with `make ui PORT=…`.\n")
        return 2
    settings = load_settings()
    os.environ[VARIABLE] = options.sources
    os.environ["UNION_WAREHOUSE_HOME"] = str(settings.home)
    put_dbt_on_path()
    point_dbt_at_warehouse(settings)
    with open_instance(settings):
        pass  # makes the home and sets the pools' limits
    sample_port = options.sample_port if is_free(options.sample_port) else 0
    given = options.sample_address
    with (
        nullcontext(given) if given else serve(sample_port) as address,
        documentation_site(settings, options.docs_port),
    ):
        # the pages' addresses do not depend on the port, so any free one will do
        os.environ["UNION_WAREHOUSE_SAMPLE"] = address
        sys.stderr.write(f"Dagster UI: http://{HOST}:{options.port}/ (Ctrl-C ends it)\n")
        return serve_dagster(options.port)


@contextmanager
def documentation_site(settings: Settings, port: int) -> Iterator[None]:
    """Serve the dbt documentation in the background, and let tables link to it; nothing where the port is taken."""
    if not port or not is_free(port):
        yield
        return
    folder = settings.docs_path.parent
    folder.mkdir(parents=True, exist_ok=True)  # the first run fills it
    with folder_server(folder, port) as address:
        os.environ[DOCS_VARIABLE] = address
        sys.stderr.write(f"documentation of the tables, once they are built: {address}\n")
        yield


def serve_dagster(port: int) -> int:
    """Run webserver, daemon and code location until they end or we are told to stop."""
    command = [
        str(Path(sys.executable).parent / "dagster"), "dev", "-w", str(WORKSPACE), "-h", HOST, "-p", str(port),
        "--log-level", "warning",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=WORKSPACE.parent) as child:  # noqa: S603 (our own command line)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: child.send_signal(signal.SIGINT))
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())
