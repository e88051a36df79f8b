"""Runs a crawl in a process that may be killed at any moment; forks one process per line of its input.

Usage: kill_worker.py <server address> <data folder> <number of pages>. Each line read starts a run and
prints its process id; the line after it says how the run ended.
"""

import os
import sys
from pathlib import Path

from ingest.catalogue import Source
from ingest.fetch import Guard, HttpClient, crawl_source, fetch_pages, open_archive
from ingest.lake import Lake


def run(address: str, data: Path, count: int) -> None:
    """One whole run of the source, with its frames stored at the end."""
    source = Source.model_validate(
        {
            "source_id": "killed", "title": "t", "publisher": "p", "homepage": "http://a.localhost/", "licence": "l",
            "terms": "t", "region": "r", "level": "county", "authority_kind": "gazetteer", "is_local": True,
            "hosts": ["a.localhost"], "pace": {"delay_seconds": 0}, "verified_on": None,
            "pages": [{"url": f"http://a.localhost/{n}.html", "volume_year": 1900 + n} for n in range(count)],
        }
    )  # fmt: skip
    lake = Lake(str(data / "lake"))
    with HttpClient(Guard(local_address=address)) as http, open_archive(data / "archive", "killed") as archive:
        refs, _ = crawl_source(source, http)
        result = fetch_pages(source, refs, lake.read("snapshots", "killed"), archive, http)
        lake.write("snapshots", result.snapshots, "killed")
        lake.write("fetch_log", result.fetch_log, "killed")


if __name__ == "__main__":
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}", flush=True)
