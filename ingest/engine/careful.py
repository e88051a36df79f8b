"""A task whose process died: made again by itself, and in the end without the page that kills its reader.

Belongs here: narrowing down. Used by all engines, always in a process of its own on this machine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from typing import TypeVar

from ingest.engine.errors import EngineError
from ingest.engine.poison import Poison
from ingest.engine.shards import Made, Shard, try_page, urls_of

log = logging.getLogger(__name__)

ATTEMPTS = 2
REASON = "the process that read this page was ended {} times; it is tried again in the next run"
Task = tuple[Shard, ...]
Result = TypeVar("Result")


def make_carefully(
    task: Task, work: Callable[[Task], list[Made]], trial: Callable[[Shard, str], int] = try_page
) -> list[Made]:
    """Make each shard of a task alone; pages that end their process are left out and quarantined.

    Raises EngineError when processes die although every page was read well alone.
    """
    return [made for shard in task for made in _make_alone(shard, work, trial)]


def _make_alone(shard: Shard, work: Callable[[Task], list[Made]], trial: Callable[[Shard, str], int]) -> list[Made]:
    for _ in range(ATTEMPTS):
        try:
            return _alone(work, (shard,))
        except BrokenProcessPool:
            log.warning("%s: the process that made part %s died", shard.source_id, shard.part)
    poison = tuple(
        Poison(url, REASON.format(ATTEMPTS + 1)) for url in urls_of(shard) if not _survives(shard, url, trial)
    )
    if not poison:
        raise EngineError(
            f"the process that makes part {shard.part} of {shard.source_id} keeps dying, though each of its pages is "
            "read well alone: look for what ends it (memory, a limit of the machine), then run this again"
        )
    return _alone(work, (replace(shard, poison=poison),))


def _survives(shard: Shard, url: str, trial: Callable[[Shard, str], int]) -> bool:
    try:
        _alone(trial, shard, url)
    except BrokenProcessPool:
        return False
    return True


def _alone(call: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()
