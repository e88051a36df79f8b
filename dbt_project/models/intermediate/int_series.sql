-- Each trend observation beside the one before it in its series.
{{ config(materialized='table') }}

with ordered as (
    select
        trend.*,
        lag(ref_year) over series as previous_year,
        lag(obs_value) over series as previous_value,
        lag(observation_id) over series as previous_observation_id,
        lag(qualifier) over series as previous_qualifier,
        lag(has_conflict) over series as previous_has_conflict
    from {{ ref('int_trend_observations') }} as trend
    window series as (partition by metric_code, breakdown, region_id order by ref_year)
)

select
    *,
    ref_year = previous_year + 1 as is_next_year,
    case when obs_value > 0 and previous_value > 0 then ln(obs_value / previous_value) end as log_change,
    obs_status = 'B' as is_registered_break,
    coalesce(
        statistic = 'stock'
        and ref_year = previous_year + 1
        and abs(log_change)
        > case region_level when 'county' then 0.8 when 'prefecture' then 0.5 else 0.25 end,
        false
    ) as is_detected_break
from ordered
