"""Marks of a series as SVG, by Altair and vl-convert; also the process that `charts` starts to draw many.

Belongs here: scales, axes, colours, layers. Does not belong here: which marks a series has (`charts.chart_rows`).
Text keeps the reader's own fonts, and the stylesheet gives the colours below their values in either theme.

As a process: reads {key: series} as JSON on standard input, writes {key: svg}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

from ingest.publish.site.charts import Series, chart_rows

WIDTH, HEIGHT = 620, 190
ARROW_PIXELS = 26
HEAD_ROOM = 1.15  # room above the highest value for an arrow
MOST_NAMED_YEARS = 8
INK, SERIES, BREAK, FAINT, HOLLOW = "#1d2b36", "#22577a", "#b3541e", "#d9dee2", "#ffffff"

Marks = dict[str, Any]


def draw(series: Series) -> str:
    """The picture of a series as an SVG element."""
    rows = chart_rows(series)
    x, y = _x(series), _Y(series)
    layers = [
        *_breaks(rows["breaks"], x),
        *_bars(rows["bars"], x, y),
        *_arrows(rows["arrows"], x, y),
        *_joins(rows["joins"], x, y),
        *_points(rows["points"], x, y),
    ]
    axis = {"gridColor": FAINT, "domainColor": FAINT, "tickColor": FAINT, "labelColor": INK}
    figure = (
        alt.layer(*layers)
        .properties(width=WIDTH, height=HEIGHT, background="transparent")
        .configure(font="inherit", aria=False)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, labelPadding=6, **axis)
    )
    return str(vl_convert.vegalite_to_svg(figure.to_dict()))


def _chart(rows: Sequence[Marks]) -> Any:
    return alt.Chart(alt.Data(values=list(rows)))  # type: ignore[no-untyped-call]


def _x(series: Series) -> Marks:
    years = sorted({point["year"] for point in series["points"]})
    margin = max(0.6, (years[-1] - years[0]) * 0.05)
    scale = alt.Scale(domain=[years[0] - margin, years[-1] + margin], nice=False, zero=False)
    ticks: Any = years if len(years) <= MOST_NAMED_YEARS else alt.Undefined
    axis = alt.Axis(format="d", title=None, grid=False, values=ticks, labelOverlap=True, tickMinStep=1)
    return {"x": alt.X("year:Q", scale=scale, axis=axis)}


class _Y:
    """The upright scale, from zero, shared by all layers."""

    def __init__(self, series: Series) -> None:
        ends = [
            end
            for point in series["points"]
            for end in (point["value"], point["low"], point["high"])
            if end is not None
        ]
        room = 1.0 if series["is_percent"] else HEAD_ROOM
        self.scale = alt.Scale(domain=[min(0.0, *ends), max(1.0, *ends) * room], nice=True)
        unit = "datum.label + '%'" if series["is_percent"] else "datum.label"
        self.axis = alt.Axis(title=None, format="~s", tickCount=5, labelExpr=unit)

    def __call__(self, field: str) -> Marks:
        return {"y": alt.Y(f"{field}:Q", axis=self.axis, scale=self.scale)}


def _breaks(rows: Sequence[Marks], x: Marks) -> list[Any]:
    if not rows:
        return []
    line = _chart(rows).mark_rule(strokeDash=[5, 4], color=BREAK, strokeWidth=1.2).encode(**x)
    label = _chart(rows).mark_text(align="center", dy=-7, color=BREAK, fontSize=11)
    return [line, label.encode(**x, y=alt.value(0), text="label:N")]


def _bars(rows: Sequence[Marks], x: Marks, y: _Y) -> list[Any]:
    bar = _chart(rows).mark_rule(color=SERIES, strokeWidth=5, opacity=0.35)
    return [bar.encode(**x, **y("low"), y2="high:Q")] if rows else []


def _arrows(rows: Sequence[Marks], x: Marks, y: _Y) -> list[Any]:
    """A head at the far end of a bound; where there is none, an arrow of fixed length."""
    layers = []
    for way, offset in (("up", -ARROW_PIXELS), ("down", ARROW_PIXELS)):
        head = {"shape": f"triangle-{way}", "size": 26, "filled": True, "color": SERIES}
        ended = [row for row in rows if row["way"] == way and row["end"] is not None]
        if ended:
            layers.append(_chart(ended).mark_point(**head).encode(**x, **y("end")))
        is_open = [row for row in rows if row["way"] == way and row["end"] is None]
        if is_open:
            stem = _chart(is_open).mark_rule(color=SERIES, strokeWidth=1.4, y2Offset=offset)
            layers.append(stem.encode(**x, **y("value"), y2="value:Q"))
            layers.append(_chart(is_open).mark_point(yOffset=offset, **head).encode(**x, **y("value")))
    return layers


def _joins(rows: Sequence[Marks], x: Marks, y: _Y) -> list[Any]:
    layers = []
    for is_gap, dash in ((False, [1, 0]), (True, [1, 4])):
        found = [row for row in rows if row["gap"] is is_gap]
        if found:
            join = _chart(found).mark_rule(color=SERIES, strokeWidth=1.6, strokeDash=dash)
            layers.append(join.encode(**x, **y("value"), x2="year2:Q", y2="value2:Q"))
    return layers


def _points(rows: Sequence[Marks], x: Marks, y: _Y) -> list[Any]:
    layers = []
    for look, fill in (("filled", SERIES), ("hollow", HOLLOW)):
        found = [row for row in rows if row["look"] == look]
        if found:
            mark = _chart(found).mark_point(size=62, strokeWidth=1.8, opacity=1, fill=fill, stroke=SERIES)
            layers.append(mark.encode(**x, **y("value"), shape=alt.Shape("shape:N", scale=None)))
    return layers


def main() -> None:
    """Draw what standard input asks for."""
    wanted = json.load(sys.stdin)
    json.dump({key: draw(series) for key, series in wanted.items()}, sys.stdout)


if __name__ == "__main__":
    main()
