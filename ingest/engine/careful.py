"""A task whose process died: made again by itself, and in the end without the page that kills its reader.

Belongs here: narrowing down. Used by all engines, always in a process of its own on this machine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from typing import TypeVar

from ingest.engine.errors import EngineError
from ingest.engine.poison import Poison
from ingest.engine.shards import Made, Shard, urls_of

log = logging.getLogger(__name__)

ATTEMPTS = 2
REASON = "the process that read this page was ended {} times; a run with `anew` tries it again"
Task = tuple[Shard, ...]
Result = TypeVar("Result")


def make_carefully(
    tasks: Iterable[Task], work: Callable[[Task], list[Made]], trial: Callable[[Shard, str], int]
) -> Iterator[list[Made]]:
    """Make each shard of each task alone; pages that end their process are left out and quarantined.

    Raises EngineError when processes die although every page was read well alone.
    """
    with closing(_Alone()) as alone:
        for task in tasks:
            yield [made for shard in task for made in _make_alone(shard, work, trial, alone)]


class _Alone:
    """One process that does one thing at a time, and is replaced when it dies. To be closed."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def call(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call a function there. Raises BrokenProcessPool when the process dies of it."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            return self._pool.submit(function, *arguments).result()
        except BrokenProcessPool:
            self.close()
            raise

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def _make_alone(
    shard: Shard, work: Callable[[Task], list[Made]], trial: Callable[[Shard, str], int], alone: _Alone
) -> list[Made]:
    for _ in range(ATTEMPTS):
        try:
            return alone.call(work, (shard,))
        except BrokenProcessPool:
            log.warning("%s: the process that made part %s died", shard.source_id, shard.part)
    reason = REASON.format(ATTEMPTS + 1)
    poison = tuple(Poison(url, reason) for url in urls_of(shard) if not _survives(shard, url, trial, alone))
    if not poison:
        raise EngineError(
            f"the process that makes part {shard.part} of {shard.source_id} keeps dying, though each of its pages is "
            "read well alone: look for what ends it (memory, a limit of the machine), then run this again"
        )
    return alone.call(work, (replace(shard, poison=poison),))


def _survives(shard: Shard, url: str, trial: Callable[[Shard, str], int], alone: _Alone) -> bool:
    try:
        alone.call(trial, shard, url)
    except BrokenProcessPool:
        return False
    return True
