"""Accuracy does not fall: today's figures against the recorded ones."""

from __future__ import annotations

from pathlib import Path

from tests.accuracy.measure import figures, measure, recorded_levels


def test_no_figure_is_below_its_recorded_level(corpus: Path) -> None:
    now = figures(measure(corpus))
    assert {name: now[name] for name, level in recorded_levels().items() if now[name] < level} == {}
