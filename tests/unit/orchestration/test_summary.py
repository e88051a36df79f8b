"""The table of facts that a run prints at its end."""

import polars as pl

from orchestration.summary import headline_table

METRICS = pl.DataFrame(
    {
        "metric_code": ["union_members", "warmth_funds", "golden_autumn_funds"],
        "tier": [1, 1, 2],
        "name_en": ["Union members", "Warmth funds", "Golden autumn funds"],
    }
)


def fact(
    metric: str, year: int, value: float, *, scope: str = "all_levels", trend: bool = True, **more: object
) -> dict[str, object]:
    row = {
        "metric_code": metric, "region_name": "内蒙古自治区", "ref_year": year, "breakdown": "", "reporting_scope": scope,
        "obs_value": value, "value_low": value, "value_high": value, "qualifier": "EQ", "unit_code": "person",
        "is_trend": trend,
    }  # fmt: skip
    return row | more


def test_headlines_are_figures_of_the_year_itself() -> None:
    facts = pl.DataFrame(
        [
            fact("union_members", 2010, 5214700.0),
            fact("union_members", 2010, 999.0, scope="unknown"),
            fact("union_members", 2017, 5708000.0, qualifier="GE"),
            fact("union_members", 2020, 6000000.0, trend=False),  # a target
            fact("union_members", 2017, 2000000.0, breakdown="worker_type=migrant"),
            fact("warmth_funds", 2010, 754000000.0, trend=False),  # raised over several years
            fact("golden_autumn_funds", 2017, 7000000.0),  # no headline metric
        ]
    )

    table = headline_table(facts, METRICS)

    columns = [(column.header, list(column.cells)) for column in table.columns]
    assert columns == [
        ("region", ["内蒙古自治区", "内蒙古自治区"]),
        ("year", ["2010", "2017"]),
        ("Union members", ["5,214,700", "≥ 5,708,000"]),
    ]
