"""What the workers of these tests run: the real work, but their process is killed on the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ingest.engine.shards import Made, Shard, make_shards, try_page

MARKER = "TEST_KILL_MARKER"
DEADLY = "/2001juan/000001.html"


def die_once(task: tuple[Shard, ...]) -> list[Made]:
    """Kill this process at the first task of the volume 2001 that any process meets."""
    marker = Path(os.environ[MARKER])
    if task[0].part.startswith("2001") and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return make_shards(task)


def die_on_page(task: tuple[Shard, ...]) -> list[Made]:
    """Kill this process whenever one page is to be read."""
    for shard in task:
        left_out = {poison.url for poison in shard.poison}
        if any(ref.url.endswith(DEADLY) and ref.url not in left_out for ref in shard.refs):
            os.kill(os.getpid(), signal.SIGKILL)
    return make_shards(task)


def try_deadly(shard: Shard, url: str) -> int:
    """Read one page alone, which kills this process for that page."""
    if url.endswith(DEADLY):
        os.kill(os.getpid(), signal.SIGKILL)
    return try_page(shard, url)
