"""Shards in a pool of processes on this machine.

Belongs here: the pool, how much is in flight, what happens when a process dies. Processes are spawned, never
forked: the libraries underneath hold threads, and a forked copy of their locks may never be released.

One pool serves all stages of a run: starting a process costs a second or two of imports. It ends with this process.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from ingest.engine.careful import make_carefully
from ingest.engine.shards import Made, Shard

log = logging.getLogger(__name__)

Task = tuple[Shard, ...]
Work = Callable[[Task], list[Made]]
Trial = Callable[[Shard, str], int]
IN_FLIGHT_PER_WORKER = 2
# Libraries that would start a thread for each core in each worker.
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_pools: dict[int, ProcessPoolExecutor] = {}


def run_in_pool(tasks: Sequence[Task], workers: int, work: Work, trial: Trial) -> Iterator[list[Made]]:
    """Make tasks in so many processes; give what each made, in the order in which they finish.

    When a process dies, all tasks in flight are suspected: each is made again in a process of its own.
    """
    pending = deque(tasks)
    flying: dict[Future[list[Made]], Task] = {}
    while pending or flying:
        pool = _pool(workers)
        suspects: list[Task] = []
        try:
            while pending and len(flying) < workers * IN_FLIGHT_PER_WORKER:
                future = _submit(pool, work, pending[0])
                flying[future] = pending.popleft()
            finished, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in finished:
                result = future.result()
                del flying[future]
                yield result
        except BrokenProcessPool:
            log.warning("a worker process died; %d tasks are made again", len(flying))
            suspects = list(flying.values())
            finished_well = [future for future in flying if future.done() and future.exception() is None]
            for future in finished_well:
                suspects.remove(flying[future])
                yield future.result()
            flying = {}
            end_pools()
        except BaseException:
            end_pools()
            raise
        yield from make_carefully(suspects, work, trial)


def _submit(pool: ProcessPoolExecutor, work: Work, task: Task) -> Future[list[Made]]:
    with _one_thread_each():
        return pool.submit(work, task)


def _pool(workers: int) -> ProcessPoolExecutor:
    if workers not in _pools:
        end_pools()
        _pools[workers] = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    return _pools[workers]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started here use one thread each; they inherit the environment when they start."""
    added = {name: value for name, value in ONE_THREAD.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def end_pools() -> None:
    """End the processes, if there are any; what they have not begun is not begun any more."""
    while _pools:
        _pools.popitem()[1].shutdown(wait=True, cancel_futures=True)


atexit.register(end_pools)
