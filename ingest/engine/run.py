"""Running shards: in this process when there is little to do, else by the engine that the settings name.

Belongs here: the choice, the order, the progress report. Does not belong here: an engine (`local`, `dask`).

Every engine has the same shape: it takes tasks and gives what they made, in any order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from ingest.engine.errors import EngineError
from ingest.engine.shards import Made, Shard, make_shards, try_page
from ingest.settings import Settings

__all__ = ["EngineError", "Task", "Work", "run_shards"]

# Below so many pages starting processes costs more than they save.
PAGES_WORTH_A_POOL = 512
# Parts that are there already: several make one task, whose new rows are validated together.
PARTS_PER_UPDATE = 32
TASKS_A_WORKER = 4

Task = tuple[Shard, ...]
Work = Callable[[Task], list[Made]]
Trial = Callable[[Shard, str], int]
Tell = Callable[[str], None]


def run_shards(
    shards: Sequence[Shard],
    sizes: Sequence[int],
    settings: Settings,
    tell: Tell,
    known: frozenset[str] = frozenset(),
    work: Work = make_shards,
    trial: Trial = try_page,
) -> list[Made]:
    """Make all shards and give what was made, in order of the parts. `sizes` are their numbers of pages.

    `known` are the parts that are there already, of which mostly few pages are new. `work` makes a task, `trial` reads
    one page alone. Raises EngineError when the engine cannot be used or ends. A page that ends the process reading it
    is left out and quarantined with the reason; its neighbours are read.
    """
    tasks = tasks_of(shards, known, settings.workers)
    total, started = sum(sizes), time.monotonic()
    pages_of = {shard.part: size for shard, size in zip(shards, sizes, strict=True)}
    made: list[Made] = []
    done = 0
    for results in _engine(tasks, total, settings, work, trial):
        made += results
        done += sum(pages_of[result.part] for result in results)
        seconds = max(time.monotonic() - started, 1e-6)
        tell(f"{shards[0].source_id}: {done} of {total} pages, {len(made)} of {len(shards)} parts of "
             f"{shards[0].frame}, {done / seconds:.0f} pages a second")  # fmt: skip
    return sorted(made, key=lambda result: result.part)


def tasks_of(shards: Iterable[Shard], known: frozenset[str], workers: int) -> list[Task]:
    """One task for each new part, and tasks of several parts that are there already, enough for all workers."""
    tasks: list[Task] = []
    updates: list[Shard] = []
    for shard in shards:
        if shard.part not in known or shard.anew:
            tasks.append((shard,))
        else:
            updates.append(shard)
    each = PARTS_PER_UPDATE if workers == 1 else min(PARTS_PER_UPDATE, -(-len(updates) // (TASKS_A_WORKER * workers)))
    return tasks + [tuple(updates[i : i + each]) for i in range(0, len(updates), max(each, 1))]


def _engine(tasks: Sequence[Task], pages: int, settings: Settings, work: Work, trial: Trial) -> Iterator[list[Made]]:
    if pages < PAGES_WORTH_A_POOL or len(tasks) == 1:
        return map(work, tasks)
    if settings.engine == "dask":
        from ingest.engine.dask import run_on_dask  # noqa: PLC0415 (an optional package)

        return run_on_dask(tasks, settings.scheduler, work, trial)
    if settings.workers == 1:
        return map(work, tasks)
    from ingest.engine.local import run_in_pool  # noqa: PLC0415 (only where processes are started)

    return run_in_pool(tasks, settings.workers, work, trial)
