-- Where a line must stop: breaks that the registry names, and jumps that the series itself shows.
select
    metric_code,
    region_id,
    break_year,
    'registered' as break_kind,
    observed,
    likely_reason,
    evidence,
    null::varchar as observation_id
from {{ ref('int_registered_breaks') }}
union all
select
    metric_code,
    region_id,
    ref_year as break_year,
    'detected' as break_kind,
    format('{} ({}) -> {} ({})', previous_value, previous_year, obs_value, ref_year) as observed,
    'change from one year to the next above the bound of its level' as likely_reason,
    chosen_claim_id as evidence,
    observation_id
from {{ ref('mart_metric_series') }}
where is_detected_break
