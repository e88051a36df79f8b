-- Our figures beside independent ones, and whether they agree.
select
    benchmark_id,
    region_id,
    region_name,
    ref_year,
    as_of,
    metric_code,
    benchmark_metric_code,
    breakdown,
    benchmark_value,
    benchmark_url,
    observation_id,
    obs_value,
    reporting_scope,
    difference_pct,
    outcome
from {{ ref('chk_benchmarks') }}
