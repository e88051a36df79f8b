"""From which columns of which tables each column of a query comes."""

from __future__ import annotations

from orchestration.column_lineage import Origin, trace_columns

CLAIMS = {"claim_id": "VARCHAR", "region_id": "VARCHAR", "low": "DOUBLE", "high": "DOUBLE"}
REGIONS = {"region_id": "VARCHAR", "region_name": "VARCHAR"}
SQL = """
with placed as (
    select claims.*, regions.region_name
    from "warehouse"."staging"."stg_claims" as claims
    left join "warehouse"."marts"."dim_region" as regions using (region_id)
)
select claim_id, coalesce(region_name, 'unknown') as place, (low + high) / 2 as middle, count(*) over () as n, 1 as one
from placed
"""


def test_every_column_is_traced_through_joins_and_expressions() -> None:
    assert trace_columns(SQL, {"staging.stg_claims": CLAIMS, "marts.dim_region": REGIONS}) == {
        "claim_id": [Origin("staging.stg_claims", "claim_id")],
        "place": [Origin("marts.dim_region", "region_name")],
        "middle": [Origin("staging.stg_claims", "high"), Origin("staging.stg_claims", "low")],
        "n": [],
        "one": [],
    }


def test_both_sides_of_a_union_are_origins() -> None:
    sql = "select low as bound from staging.a union all select high from staging.b"
    tables = {"staging.a": {"low": "DOUBLE"}, "staging.b": {"high": "DOUBLE"}}
    assert trace_columns(sql, tables) == {"bound": [Origin("staging.a", "low"), Origin("staging.b", "high")]}


def test_a_table_that_is_not_asked_about_is_no_origin() -> None:
    sql = "select a.low, b.high from staging.a as a cross join staging.b as b"
    assert trace_columns(sql, {"staging.a": {"low": "DOUBLE"}}) == {"low": [Origin("staging.a", "low")], "high": []}
