"""One stage of the scale measurement in a process of its own: what it did, its CPU seconds, its peak memory.

    python -m tests.benchmarks.scale_stage parse

Prints one JSON object. CPU seconds are those of the stage alone, with its worker processes; starting Python and
importing the library is told apart as `startup`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

VOCABULARY = "BENCH_VOCABULARY"


def use_other_vocabulary() -> None:
    """Read words from the folder that the harness names, in this process."""
    folder = os.environ.get(VOCABULARY)
    if folder:
        import ingest.vocabulary  # noqa: PLC0415 (before anything else reads it)

        ingest.vocabulary.FOLDER = Path(folder)


def cpu_seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def stage(name: str) -> Callable[[], object]:
    """The work of a stage, with all of it imported."""
    import ingest.extract.stage  # noqa: PLC0415 (after the vocabulary is chosen; the engine imports these three late)
    import ingest.fetch.bodies  # noqa: PLC0415
    import ingest.parse.stage  # noqa: F401, PLC0415
    from ingest import stages  # noqa: PLC0415
    from ingest.lake import Lake  # noqa: PLC0415
    from ingest.publish.exports import export_marts  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415
    from ingest.warehouse import load_raw  # noqa: PLC0415
    from tests.benchmarks.yearbooks import SOURCE_ID  # noqa: PLC0415
    from tests.integration.dbt.conftest import run_dbt  # noqa: PLC0415

    settings = load_settings()
    source = stages.open_catalogue(settings)[SOURCE_ID]

    def load() -> object:
        for frame in ("sources", "metrics", "regions"):
            stages.reference_frame(frame, settings)
        return load_raw(Lake(settings.lake_root), settings.warehouse_path)["claims"]

    def dbt() -> object:
        # random figures break the checks that hold against what sources print
        random_breaks = ["no_error_of_the_pipeline", "no_error_of_a_source"]
        done = run_dbt(settings.warehouse_path, "build", "--exclude", "test_type:unit", *random_breaks, timeout=7200)
        if done.returncode != 0:
            raise SystemExit(done.stdout[-3000:])
        return 0

    return {
        "replay": lambda: stages.replay(source, settings, by_index=True).worked_on,
        "parse": lambda: stages.parse(source, settings).worked_on,
        "extract": lambda: stages.extract(source, settings).worked_on,
        "load": load,
        "dbt": dbt,
        "exports": lambda: len(export_marts(settings.warehouse_path, settings.exports_root)),
    }[name]


def end_workers() -> None:
    """End the pool, if there is one, so that its processes are counted."""
    local = sys.modules.get("ingest.engine.local")
    if local is not None:
        local.end_pools()


def main() -> None:
    use_other_vocabulary()
    work = stage(sys.argv[1])
    startup = cpu_seconds(resource.RUSAGE_SELF)
    started = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - started
    end_workers()
    own, children = cpu_seconds(resource.RUSAGE_SELF) - startup, cpu_seconds(resource.RUSAGE_CHILDREN)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {"done": done, "seconds": seconds, "cpu": own + children, "startup": startup, "peak_mib": max(peaks) / 1024}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
