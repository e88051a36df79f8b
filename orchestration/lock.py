"""One command at a time: a lock on the project's home that the operating system frees when the process ends."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.5


class LockedError(Exception):
    """Another process kept the lock longer than the wait allowed."""


@contextmanager
def hold_lock(file: Path, wait_seconds: float, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold an exclusive lock on `file`, waiting for another holder; `on_wait` is called once when waiting begins.

    Raises LockedError when the lock is not free in time.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        if not _try(handle.fileno()):
            on_wait()
            _wait(handle.fileno(), wait_seconds, file)
        yield


def _wait(descriptor: int, wait_seconds: float, file: Path) -> None:
    give_up_at = time.monotonic() + wait_seconds
    while not _try(descriptor):
        if time.monotonic() > give_up_at:
            raise LockedError(f"another run still holds {file}: wait for it to end, or end it, then run this again")
        time.sleep(POLL_SECONDS)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
