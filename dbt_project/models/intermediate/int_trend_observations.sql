-- One value per metric, breakdown, region and year for the trend marts: figures of the whole region before
-- figures whose scope the text leaves open.
select
    observation_id,
    metric_code,
    breakdown,
    region_id,
    region_name,
    region_level,
    ref_area,
    ref_year,
    obs_value,
    value_low,
    value_high,
    qualifier,
    unit_code,
    obs_status,
    statistic,
    reporting_scope,
    has_conflict,
    chosen_claim_id
from {{ ref('fct_union_metrics') }}
where is_trend
qualify row_number() over (
    partition by metric_code, breakdown, region_id, ref_year
    order by reporting_scope = 'all_levels' desc, observation_id
) = 1
