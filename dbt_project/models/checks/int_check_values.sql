-- The value of each metric, breakdown, region and year that the checks compare: bounds included, figures of
-- the whole region first, plain years before festivals.
{{ config(materialized='table') }}

select
    metric_code,
    breakdown,
    region_id,
    region_name,
    region_level,
    ref_year,
    observation_id,
    obs_value,
    coalesce(value_low, case when qualifier = 'EQ' then obs_value end, 0) as bound_low,
    coalesce(value_high, case when qualifier = 'EQ' then obs_value end, 'infinity'::double) as bound_high,
    statistic
from {{ ref('fct_union_metrics') }}
where
    not is_target
    and not is_cumulative
    and base_key = ''
    and occasion_key = ''
    and period_group in ('annual', 'festival', 'per_year')
    and reporting_scope in ('all_levels', 'unknown')
qualify row_number() over (
    partition by metric_code, breakdown, region_id, ref_year
    order by period_group = 'annual' desc, reporting_scope = 'all_levels' desc, observation_id
) = 1
