-- The value of each metric, breakdown, region and year that the checks compare: bounds included, figures of
-- the whole region first, plain years before festivals.
{{ config(materialized='table') }}

with candidates as materialized (
    select
        metric_code,
        breakdown,
        region_id,
        ref_year,
        observation_id,
        chosen_claim_id,
        obs_value,
        coalesce(value_low, case when qualifier = 'EQ' then obs_value end, 0) as bound_low,
        coalesce(value_high, case when qualifier = 'EQ' then obs_value end, 'infinity'::double) as bound_high,
        statistic,
        (period_group <> 'annual', reporting_scope <> 'all_levels', observation_id) as preference
    from {{ ref('fct_union_metrics') }}
    where
        not is_target
        and not is_cumulative
        and base_key = ''
        and occasion_key = ''
        and period_group in ('annual', 'festival', 'per_year')
        and reporting_scope in ('all_levels', 'unknown')
),

several as (
    select
        metric_code,
        breakdown,
        region_id,
        ref_year,
        min(preference) as first_preference
    from candidates
    group by metric_code, breakdown, region_id, ref_year
    having count(*) > 1
)

select candidates.* exclude (preference)
from candidates
left join several
    on
        candidates.metric_code = several.metric_code
        and candidates.breakdown = several.breakdown
        and candidates.region_id = several.region_id
        and candidates.ref_year = several.ref_year
where several.first_preference is null or candidates.preference = several.first_preference
