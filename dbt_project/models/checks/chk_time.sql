-- Checks along a series: C09 jumps of stocks, C10 flows far from their median, C15 net growth against the
-- gross inflow, C17 the same value over more than three years.
with series as (
    select * from {{ ref('mart_metric_series') }}
),

usual_flows as (
    select
        metric_code,
        breakdown,
        region_id,
        median(obs_value) as usual,
        count(*) as n_years
    from series
    where statistic = 'flow'
    group by metric_code, breakdown, region_id
    having count(*) >= 3 and median(obs_value) > 0
),

often as (
    -- only a value stated in four years of one series can stand in four years in a row
    select metric_code, breakdown, region_id, obs_value
    from series
    where obs_value is not null
    group by metric_code, breakdown, region_id, obs_value
    having count(*) > 3
),

runs as (
    select
        series.*,
        series.ref_year - row_number() over (
            partition by series.metric_code, series.breakdown, series.region_id, series.obs_value
            order by series.ref_year
        ) as run
    from series
    inner join often
        on
            series.metric_code = often.metric_code
            and series.breakdown = often.breakdown
            and series.region_id = often.region_id
            and series.obs_value = often.obs_value
),

repeated as (
    select
        metric_code,
        region_id,
        max(ref_year) as ref_year,
        arg_max(observation_id, ref_year) as observation_id,
        arg_max(chosen_claim_id, ref_year) as chosen_claim_id,
        min(obs_value) as obs_value,
        count(*) as n_years
    from runs
    group by metric_code, breakdown, region_id, obs_value, run
    having count(*) > 3
)

select
    {{ finding(
        "'C09'",
        other='earlier.observation_id',
        found="format('{:.0f} after {:.0f}', facts.obs_value, facts.previous_value)",
        expected="'a change within the bound of the level'",
        explanation="format(
            'logarithm of the change {:.3f}', " ~ log_change('facts.obs_value', 'facts.previous_value') ~ "
        )"
    ) }}
from series as facts
inner join series as earlier
    on
        facts.metric_code = earlier.metric_code
        and facts.breakdown = earlier.breakdown
        and facts.region_id = earlier.region_id
        and facts.previous_year = earlier.ref_year
where facts.is_detected_break
union all
select
    {{ finding(
        "'C10'",
        found="format('{:.0f}', facts.obs_value)",
        expected="format('{:.0f} to {:.0f}', flows.usual / 5, flows.usual * 5)",
        explanation="format('median of {} years: {:.0f}', flows.n_years, flows.usual)"
    ) }}
from series as facts
inner join usual_flows as flows
    on
        facts.metric_code = flows.metric_code
        and facts.breakdown = flows.breakdown
        and facts.region_id = flows.region_id
where facts.statistic = 'flow' and facts.obs_value not between flows.usual / 5 and flows.usual * 5
union all
select
    {{ finding(
        "'C15'",
        row='members',
        other='inflow.observation_id',
        found="format(
            'net growth {:.0f}, new members {:.0f}', members.obs_value - members.previous_value, inflow.obs_value
        )",
        expected="'net growth at most the new members'",
        explanation="'the gross inflow bounds the net change'"
    ) }}
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
    and members.ref_year = members.previous_year + 1
    and coalesce(members.value_low, members.obs_value) - members.previous_value
    > coalesce(inflow.value_high, inflow.obs_value) * 1.02
union all
select
    {{ finding(
        "'C17'",
        found="format('{} in {} consecutive years', facts.obs_value, facts.n_years)",
        expected="'at most three years with one value'",
        explanation="'copied forward from an earlier volume'"
    ) }}
from repeated as facts
