"""The accuracy check compares what was measured with what was recorded."""

from __future__ import annotations

import polars as pl

from orchestration.defs.accuracy import compare


def test_a_figure_below_its_record_fails_and_is_shown() -> None:
    scores = pl.DataFrame({"name": ["all/metric_precision"], "value": [0.90], "recorded": [0.95]})
    result = compare(scores)
    assert (result.passed, result.description) == (False, "1 of 1 figures are below their recorded level")
    assert "0.900" in str(result.metadata["figures"].value)


def test_figures_at_their_record_pass() -> None:
    assert compare(pl.DataFrame({"name": ["x"], "value": [0.95], "recorded": [0.95]})).passed
