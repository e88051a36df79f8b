"""Pictures are honest: bounds are arrows, unreliable values hollow, and nothing is drawn across a break."""

from __future__ import annotations

import re

import pytest

from ingest.publish.site import charts
from ingest.publish.site.charts import ChartStore, chart_key, chart_rows
from ingest.publish.site.draw_charts import draw
from ingest.publish.site.places import series_of


def point(year, value, qualifier="EQ", low=None, high=None, is_unreliable=False, segment=0):
    return {"year": year, "value": value, "low": low, "high": high, "qualifier": qualifier,
            "is_unreliable": is_unreliable, "segment": segment}  # fmt: skip


def series(*points, breaks=()):
    return {"points": list(points), "breaks": list(breaks), "break_label": "口径变化 break", "is_percent": False}


def row(year, value, is_broken=False, status="A", qualifier="EQ"):
    return {"ref_year": year, "obs_value": value, "value_low": value, "value_high": value, "qualifier": qualifier,
            "obs_status": status, "is_broken": is_broken, "unit_code": "person"}  # fmt: skip


def test_neighbours_are_joined_by_a_line_and_others_by_dots():
    rows = chart_rows(series(point(2000, 1.0), point(2001, 2.0), point(2005, 3.0)))
    assert [(join["year"], join["year2"], join["gap"]) for join in rows["joins"]] == [
        (2000, 2001, False),
        (2001, 2005, True),
    ]


def test_nothing_is_drawn_across_a_break():
    drawn = series_of([row(2000, 37160.0), row(2001, 96074.0), row(2004, 213686.0), row(2005, 224605.0)], [2001, 2004])
    assert drawn["breaks"] == [2001, 2004]
    assert [point["segment"] for point in drawn["points"]] == [0, 1, 2, 2]
    rows = chart_rows(drawn)
    assert [(join["year"], join["year2"]) for join in rows["joins"]] == [(2004, 2005)]
    assert [line["year"] for line in rows["breaks"]] == [2000.5, 2003.5]


def test_a_registered_break_between_two_values_parts_them_although_neither_is_flagged():
    # the national series: real-name register in 2018, values of 2017 and 2020
    drawn = series_of([row(2017, 3e8), row(2020, 2.7e8)], [1978, 2018])
    assert drawn["breaks"] == [2018]
    assert chart_rows(drawn)["joins"] == []


def test_bounds_point_to_where_the_value_may_lie_and_are_joined_to_nothing():
    rows = chart_rows(
        series(point(2000, 70.0), point(2001, 80.0, "GE", 80.0, None), point(2002, 90.0, "LE", None, 90.0))
    )
    assert [(arrow["year"], arrow["way"], arrow["end"]) for arrow in rows["arrows"]] == [
        (2001, "up", None),
        (2002, "down", None),
    ]
    assert [(mark["shape"], mark["look"]) for mark in rows["points"]] == [
        ("circle", "filled"),
        ("triangle-up", "hollow"),
        ("triangle-down", "hollow"),
    ]
    assert rows["joins"] == []


def test_a_bound_that_ends_somewhere_has_its_head_there():
    [arrow] = chart_rows(series(point(2005, 90.0, "GE", 90.0, 100.0)))["arrows"]
    assert arrow["end"] == 100.0
    [bar] = chart_rows(series(point(2005, 90.0, "GE", 90.0, 100.0)))["bars"]
    assert (bar["low"], bar["high"]) == (90.0, 100.0)


def test_unreliable_values_are_hollow_and_unjoined():
    drawn = series_of([row(2000, 10.0), row(2001, 11.0, status="U")], [])
    rows = chart_rows(drawn)
    assert [mark["look"] for mark in rows["points"]] == ["filled", "hollow"]
    assert rows["joins"] == []


def test_the_picture_holds_each_mark_once_and_its_label_as_text():
    picture = draw(
        series(point(2000, 5.0), point(2001, 6.0), point(2003, 9.0, "GE", 9.0, None, segment=1), breaks=[2003])
    )
    assert picture.startswith("<svg")
    assert ">口径变化 break<" in picture
    assert "style=" not in picture  # the site's policy allows no inline styles
    assert not re.search(r'(href|src)="', picture)
    assert picture.count('stroke-dasharray="5,4"') == 1
    joins = re.findall(r'<line [^>]*stroke-dasharray="1,0"', picture)
    assert len(joins) == 1


def test_pictures_are_kept_by_content(tmp_path, monkeypatch):
    store = ChartStore(tmp_path)
    wanted = [series(point(2000, 1.0), point(2001, 2.0))]
    first = store.pictures(wanted)
    assert store.drawn == 1
    again = ChartStore(tmp_path)
    monkeypatch.setattr("ingest.publish.site.draw_charts.draw", lambda _: pytest.fail("drawn again"))
    assert again.pictures(wanted) == first
    assert again.drawn == 0
    other = series(point(2000, 1.0), point(2001, 3.0))
    assert chart_key(other) != chart_key(wanted[0])
    again.used.clear()
    again.remove_unused()
    assert list(tmp_path.iterdir()) == []


def test_many_pictures_are_drawn_by_other_processes_and_come_back_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(charts, "DRAWN_HERE", 1)
    wanted = [series(point(2000, 1.0), point(2001, 2.0)), series(point(2010, 7.0), point(2011, 8.0))]
    assert ChartStore(tmp_path).pictures(wanted) == [draw(one) for one in wanted]
