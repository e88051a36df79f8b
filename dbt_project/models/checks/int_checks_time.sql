-- Checks along a series: C09 jumps of stocks, C10 flows far from their median, C15 net growth against the
-- gross inflow, C17 the same value over more than three years.
with series as (
    select * from {{ ref('int_series') }}
),

flows as (
    select
        *,
        median(obs_value) over (partition by metric_code, breakdown, region_id) as usual,
        count(*) over (partition by metric_code, breakdown, region_id) as n_years
    from series
    where statistic = 'flow'
),

runs as (
    select
        *,
        ref_year - row_number() over (partition by metric_code, breakdown, region_id, obs_value order by ref_year) as run
    from series
    where obs_value is not null
),

repeated as (
    select
        metric_code,
        region_id,
        max(ref_year) as ref_year,
        arg_max(observation_id, ref_year) as observation_id,
        arg_max(chosen_claim_id, ref_year) as claim_id,
        min(obs_value) as obs_value,
        count(*) as n_years
    from runs
    group by metric_code, breakdown, region_id, obs_value, run
    having count(*) > 3
)

select
    'C09' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    previous_observation_id as other_observation_id,
    chosen_claim_id as claim_id,
    format('{:.0f} after {:.0f}', obs_value, previous_value) as found,
    'a change within the bound of the level' as expected,
    format('logarithm of the change {:.3f}', log_change) as explanation
from series
where is_detected_break
union all
select
    'C10' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    null::varchar as other_observation_id,
    chosen_claim_id as claim_id,
    format('{:.0f}', obs_value) as found,
    format('{:.0f} to {:.0f}', usual / 5, usual * 5) as expected,
    format('median of {} years: {:.0f}', n_years, usual) as explanation
from flows
where n_years >= 3 and usual > 0 and obs_value not between usual / 5 and usual * 5
union all
select
    'C15' as check_id,
    'failed' as outcome,
    members.metric_code,
    members.region_id,
    members.ref_year,
    members.observation_id,
    inflow.observation_id as other_observation_id,
    members.chosen_claim_id as claim_id,
    format('net growth {:.0f}, new members {:.0f}', members.obs_value - members.previous_value, inflow.obs_value) as found,
    'net growth at most the new members' as expected,
    'the gross inflow bounds the net change' as explanation
from series as members
inner join series as inflow
    on
        members.region_id = inflow.region_id
        and members.ref_year = inflow.ref_year
        and inflow.metric_code = 'new_members'
        and inflow.breakdown = ''
where
    members.metric_code = 'union_members'
    and members.breakdown = ''
    and members.is_next_year
    and coalesce(members.value_low, members.obs_value) - members.previous_value
    > coalesce(inflow.value_high, inflow.obs_value) * 1.02
union all
select
    'C17' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    null::varchar as other_observation_id,
    claim_id,
    format('{} in {} consecutive years', obs_value, n_years) as found,
    'at most three years with one value' as expected,
    'copied forward from an earlier volume' as explanation
from repeated
