"""Shards on a Dask cluster: the same tasks, sent to the workers of a running scheduler.

Belongs here: talking to the cluster. The workers need the project at the same version and must see lake and
archive under the same addresses. Dask makes a task again elsewhere when its worker is lost; one that takes several
workers with it is narrowed down on this machine instead.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ingest.engine.careful import make_carefully
from ingest.engine.errors import EngineError
from ingest.engine.shards import Made, Shard

log = logging.getLogger(__name__)

Task = tuple[Shard, ...]
Work = Callable[[Task], list[Made]]
Trial = Callable[[Shard, str], int]
CONNECT_SECONDS = 15
RETRIES = 2
IN_FLIGHT_PER_THREAD = 3
# The environment in which workers are best started (README.md tells it). Dask looks at the stack of a running task a
# hundred times a second, twice, and at its event loop fifty times: with shards that are nothing but Python that takes a
# quarter of a worker's time. More threads would wait for one another, and polars starts one for each core by itself.
WORKER_ENVIRONMENT = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "POLARS_MAX_THREADS": "1",
}
MISSING = "the engine `dask` needs the package distributed: pip install union-metrics-warehouse[dask]"


def run_on_dask(tasks: Sequence[Task], scheduler: str | None, work: Work, trial: Trial) -> Iterator[list[Made]]:
    """Make tasks on the workers of a scheduler; give what each made, in the order in which they finish.

    Raises EngineError when the package is missing, no scheduler answers, or it has no workers.
    """
    distributed = _package()
    with _connect(distributed, scheduler) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise EngineError(
                f"the Dask scheduler {scheduler} has no workers: start some with `dask worker {scheduler}`"
            )
        pending = deque(enumerate(tasks))
        flying = distributed.as_completed(loop=client.loop)
        names: dict[str, Task] = {}
        while pending or names:
            while pending and len(names) < threads * IN_FLIGHT_PER_THREAD:
                number, task = pending.popleft()
                future = client.submit(work, task, key=_key(task, number), pure=False, retries=RETRIES)
                names[future.key] = task
                flying.add(future)
            future = next(flying)
            task = names.pop(future.key)
            try:
                result = future.result()
            except distributed.KilledWorker:
                log.warning("%s: a task took several workers with it", task[0].source_id)
                [result] = make_carefully([task], work, trial)
            yield result


def _key(task: Task, number: int) -> str:
    """A name that the Dask dashboard groups by frame."""
    return f"{task[0].frame}-{task[0].source_id}-{task[0].part}-{number}-{id(task):x}"


def _package() -> Any:
    try:
        import distributed  # noqa: PLC0415 (optional)
    except ImportError as error:
        raise EngineError(MISSING) from error
    return distributed


def _connect(distributed: Any, scheduler: str | None) -> Any:
    if not scheduler:
        raise EngineError("the engine `dask` needs UNION_WAREHOUSE_SCHEDULER, such as tcp://127.0.0.1:8786")
    try:
        return distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineError(f"no Dask scheduler answers at {scheduler}: {' '.join(str(error).split())}") from error
