"""Pictures made of text."""

from __future__ import annotations

from orchestration.plots import bars, heat_map


def test_bars_are_sorted_and_scaled_to_the_longest() -> None:
    lines = bars({"gone": 1, "<b>": 4}).splitlines()
    assert lines[2:] == ["| &lt;b&gt; | 4 | " + "█" * 24 + " |", "| gone | 1 | ██████ |"]


def test_nothing_to_show_is_an_empty_table() -> None:
    assert bars({}).splitlines() == ["| | rows | |", "| --- | ---: | --- |"]


def test_a_heat_map_shades_by_the_largest_number_and_leaves_gaps_empty() -> None:
    shown = heat_map(
        {("江苏省", 2004): 99, ("北京市", 2005): 9, ("北京市", 2004): 1}, ["北京市", "江苏省"], [2004, 2005]
    )
    assert shown.splitlines() == [
        "| | 2004 | 2005 |",
        "| --- | --- | --- |",
        "| 北京市 | ░░ 1 | ▒▒ 9 |",
        "| 江苏省 | ██ 99 |  |",
    ]
