"""The build. Everything but the optional compiled reader stands in `pyproject.toml`.

Without UNION_WAREHOUSE_COMPILE=1 in the environment nothing is compiled: an installation is plain Python and needs no
compiler. With it the modules below become extension modules (mypyc), from the same files, with the same results; they
lie beside the plain ones in the wheel and are preferred by the import. `make compiled` builds that wheel.

Never compiled in place: an extension module beside an edited file would go on running the old text of it.
"""

from __future__ import annotations

import os
import sys

from setuptools import Extension, setup

SWITCH = "UNION_WAREHOUSE_COMPILE"
# What runs for every number and cell. Left out: records (made a row by their `__slots__`), regions (they keep their
# answers anyway), the stages (a test could not replace what they call), and what waits for another library or a disk.
COMPILED = {
    "ingest/extract": "attribution bodies breakdowns carried codes continuation elided grid identity inheritance "
    "labels lexicon listed numerals page placed places prose quantities sentence status tables view years",
    "ingest/parse": "aligned brokenheads commas headers html layout marks page pagebreaks texttables",
    "ingest/vocabulary": "__init__ heads",
}
# Nothing of this machine but the standard library's types is looked at, so that a build is the same everywhere. To
# analyse all that polars imports would take three minutes, and no compiled module uses a type of it.
ANALYSIS = ("--config-file=", "--no-site-packages", "--ignore-missing-imports")
IN_PLACE = frozenset({"develop", "editable_wheel", "--inplace", "-i"})


def files() -> list[str]:
    """The files of the compiled modules."""
    return [f"{folder}/{name}.py" for folder, names in COMPILED.items() for name in names.split()]


def extensions() -> list[Extension]:
    """The compiled modules, if they are asked for."""
    if os.environ.get(SWITCH) != "1":
        return []
    if not IN_PLACE.isdisjoint(sys.argv):
        sys.exit(f"{SWITCH}=1 is not for an installation in place: build a wheel with `make compiled`")
    from mypyc.build import mypycify  # noqa: PLC0415 (comes with mypy, which only this build needs)

    # One library, so that calls between modules become calls of C.
    return mypycify([*ANALYSIS, *files()], opt_level="3", debug_level="0", group_name="union_warehouse_reader")


if __name__ == "__main__":
    setup(ext_modules=extensions())
