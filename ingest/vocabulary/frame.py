"""The metric vocabulary as a frame for the warehouse (`ingest.schemas.Metrics`)."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from ingest.columns import frame_of
from ingest.vocabulary import Metric, labels, metrics


def metrics_frame() -> pl.DataFrame:
    """One row per metric code, aliases included; `labels_zh` holds the labels that announce it, `|`-separated."""
    announced: dict[str, list[str]] = defaultdict(list)
    for label in labels():
        for code in label.metrics:
            announced[code].append(label.text)
    return frame_of("metrics", [_row(metric, announced[metric.code]) for metric in metrics().values()])


def _row(metric: Metric, labels_zh: list[str]) -> dict[str, object]:
    return {
        "metric_code": metric.code,
        "tier": metric.tier,
        "theme": metric.theme,
        "name_en": metric.name_en,
        "name_zh": metric.name_zh,
        "unit_code": metric.unit_code,
        "statistic": metric.statistic,
        "definition_en": metric.definition_en,
        "labels_zh": "|".join(dict.fromkeys(labels_zh)),
        "breakdowns": "|".join(metric.breakdowns),
        "typical_range": metric.typical_range,
        "canonical_code": metric.canonical_code,
        "fixed_breakdown": ";".join(f"{name}={value}" for name, value in sorted(metric.fixed_breakdown.items())),
        "base_code": metric.base_code,
    }
