"""A series as a picture: what is drawn of it, and the pictures kept by their content.

Belongs here: which marks tell bounds, intervals, unreliable values and breaks. Does not belong here: which series are
drawn (`places`), or how marks become SVG (`draw_charts`, imported only when a picture is missing; drawing takes some
hundredths of a second each, so many at once are drawn by several processes).

How values are drawn
    plain value        filled circle; unreliable (status U, sources differ): hollow
    at least, at most  hollow triangle, and an arrow to where the value may lie; never joined to anything
    interval           upright bar from low to high, when it is wide enough to see
    neighbouring years joined by a line; years further apart by dots; nothing across a break
    break              dashed upright before the year from which another count holds
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

from ingest.files import write_at_once

DRAWN_HERE = 40  # more missing pictures than this are drawn by processes of their own
DRAWING_TIMEOUT_SECONDS = 900
UP = frozenset({"GE", "GT", "MORE"})
DOWN = frozenset({"LE", "LT", "NEAR"})
OPEN_UP, OPEN_DOWN = frozenset({"GE", "GT"}), frozenset({"LE", "LT"})


class Point(TypedDict):
    """One observation of a series. `segment` changes at each break."""

    year: int
    value: float | None
    low: float | None
    high: float | None
    qualifier: str
    is_unreliable: bool
    segment: int


class Series(TypedDict):
    """All that a picture shows, and nothing else: equal series have equal pictures."""

    points: list[Point]
    breaks: list[int]
    break_label: str
    is_percent: bool


def is_bound(point: Point) -> bool:
    """Whether a value only says from where, or up to where, the true one lies."""
    return point["qualifier"] in OPEN_UP | OPEN_DOWN


def segments(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The pairs of values that may be joined: plain, reliable, next to each other, on one side of every break."""
    ordered = sorted(points, key=lambda point: point["year"])
    pairs = pairwise(ordered)
    return [(one, two) for one, two in pairs if one["segment"] == two["segment"] and _joins(one) and _joins(two)]


def _joins(point: Point) -> bool:
    return point["value"] is not None and not point["is_unreliable"] and not is_bound(point)


def chart_rows(series: Series) -> dict[str, list[dict[str, Any]]]:
    """The marks of a picture by layer: bars, arrows, joins, points, breaks."""
    plain = [point for point in series["points"] if point["value"] is not None]
    return {
        "bars": [
            {"year": point["year"], "low": point["low"], "high": point["high"]}
            for point in series["points"]
            if point["low"] is not None and point["high"] is not None and point["low"] < point["high"]
        ],
        "arrows": [
            {"year": point["year"], "value": point["value"], "end": _far_end(point),
             "way": "up" if point["qualifier"] in OPEN_UP else "down"}
            for point in plain
            if is_bound(point)
        ],
        "joins": [
            {"year": one["year"], "value": one["value"], "year2": two["year"], "value2": two["value"],
             "gap": two["year"] - one["year"] > 1}
            for one, two in segments(series["points"])
        ],
        "points": [
            {"year": point["year"], "value": point["value"], "shape": _shape(point), "look": _look(point)}
            for point in plain
        ],
        "breaks": [{"year": year - 0.5, "label": series["break_label"]} for year in series["breaks"]],
    }  # fmt: skip


def _far_end(point: Point) -> float | None:
    """How far a bound reaches; nothing when it is open, or no further than the value itself."""
    end = point["high"] if point["qualifier"] in OPEN_UP else point["low"]
    return None if end == point["value"] else end


def _shape(point: Point) -> str:
    if point["qualifier"] in UP:
        return "triangle-up"
    return "triangle-down" if point["qualifier"] in DOWN else "circle"


def _look(point: Point) -> str:
    return "hollow" if point["is_unreliable"] or is_bound(point) else "filled"


@cache
def _way_of_drawing() -> str:
    """A hash of the code that draws, so that a picture drawn in a former way is drawn again."""
    files = (Path(__file__), Path(__file__).with_name("draw_charts.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def chart_key(series: Series) -> str:
    """The name of a picture: a hash of all that it shows and of the way of drawing."""
    content = json.dumps([_way_of_drawing(), series], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


class ChartStore:
    """Pictures kept under a folder by their content, so that only new or changed series are drawn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.used: set[str] = set()
        self.drawn = 0

    def pictures(self, wanted: Sequence[Series]) -> list[str]:
        """The pictures of some series, in their order; missing ones are drawn."""
        keys = [chart_key(series) for series in wanted]
        missing = {key: series for key, series in zip(keys, wanted, strict=True) if not self._path(key).is_file()}
        for key, picture in _draw_all(missing).items():
            write_at_once(self._path(key), picture.encode())
        self.drawn += len(missing)
        self.used.update(keys)
        return [self._path(key).read_text(encoding="utf-8") for key in keys]

    def remove_unused(self) -> None:
        """Remove pictures that no page shows any more."""
        for path in self.folder.glob("*.svg"):
            if path.stem not in self.used:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.svg"


def _draw_all(missing: dict[str, Series]) -> dict[str, str]:
    if len(missing) <= DRAWN_HERE:
        if not missing:
            return {}
        from ingest.publish.site.draw_charts import draw  # noqa: PLC0415 - a third of a second

        return {key: draw(series) for key, series in missing.items()}
    n_processes = max(1, os.cpu_count() or 1)
    items = list(missing.items())
    shares = [dict(items[place::n_processes]) for place in range(n_processes)]
    with ThreadPoolExecutor(n_processes) as threads:
        return {key: picture for share in threads.map(_draw_elsewhere, shares) for key, picture in share.items()}


def _draw_elsewhere(share: dict[str, Series]) -> dict[str, str]:
    """Draw a share of the pictures in a process of its own: the drawing library works in one thread."""
    command = [sys.executable, "-m", "ingest.publish.site.draw_charts"]
    done = subprocess.run(  # noqa: S603 - this interpreter and a module of this package
        command, input=json.dumps(share), capture_output=True, text=True, check=True, timeout=DRAWING_TIMEOUT_SECONDS
    )
    drawn: dict[str, str] = json.loads(done.stdout)
    return drawn
