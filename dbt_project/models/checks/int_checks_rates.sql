-- C08: a stated rate against its own numerator and denominator, where one page states all three. Inside the
-- interval that the roundings leave open it is only noted, outside it fails. C16: rates that are a multiple of
-- five and "at least".
with page_values as (
    select
        claims.page_id,
        claims.metric_code,
        claims.breakdown,
        claims.region_id,
        claims.ref_year,
        claims.obs_value,
        claims.bound_low,
        claims.bound_high,
        claims.claim_id,
        observations.observation_id
    from {{ ref('int_claims_independent') }} as claims
    inner join {{ ref('int_observations') }} as observations
        on claims.observation_key = observations.observation_key
    where
        (
            claims.metric_code in (select rate_metric from {{ ref('check_rates') }})
            or claims.metric_code in (select numerator_metric from {{ ref('check_rates') }})
            or claims.metric_code in (select denominator_metric from {{ ref('check_rates') }})
        )
        and not claims.is_target
        and not claims.is_cumulative
        and claims.period_group = 'annual'
        and claims.base_key = ''
        and claims.occasion_key = ''
        and claims.reporting_scope in ('all_levels', 'unknown')
),

stated as (
    select
        limits.check_id,
        rates.metric_code,
        rates.region_id,
        rates.ref_year,
        rates.observation_id,
        denominators.observation_id as other_observation_id,
        rates.claim_id,
        rates.obs_value as rate,
        rates.bound_low,
        rates.bound_high,
        100 * numerators.obs_value / nullif(denominators.obs_value, 0) as computed,
        100 * numerators.bound_low / nullif(denominators.bound_high, 0) as computed_low,
        100 * numerators.bound_high / nullif(denominators.bound_low, 0) as computed_high
    from {{ ref('check_rates') }} as limits
    inner join page_values as rates
        on limits.rate_metric = rates.metric_code and coalesce(limits.rate_breakdown, '') = rates.breakdown
    inner join page_values as numerators
        on
            limits.numerator_metric = numerators.metric_code
            and coalesce(limits.numerator_breakdown, '') = numerators.breakdown
            and rates.page_id = numerators.page_id
            and rates.region_id = numerators.region_id
            and rates.ref_year = numerators.ref_year
    inner join page_values as denominators
        on
            limits.denominator_metric = denominators.metric_code
            and coalesce(limits.denominator_breakdown, '') = denominators.breakdown
            and rates.page_id = denominators.page_id
            and rates.region_id = denominators.region_id
            and rates.ref_year = denominators.ref_year
)

select
    check_id,
    case when computed_low <= bound_high and computed_high >= bound_low then 'noted' else 'failed' end as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    other_observation_id,
    claim_id,
    format('stated {:.2f}, computed {:.2f}', rate, computed) as found,
    format('{:.1f} to {:.1f}', computed_low, computed_high) as expected,
    'the stated rate against its own numerator and denominator' as explanation
from stated
where computed not between bound_low and bound_high
union all
select
    'C16' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    null::varchar as other_observation_id,
    chosen_claim_id as claim_id,
    format('{} {}', qualifier, obs_value) as found,
    'a measured rate' as expected,
    'a multiple of five, stated as a bound' as explanation
from {{ ref('fct_union_metrics') }}
where unit_code = 'percent' and qualifier in ('GE', 'GT') and obs_value % 5 = 0 and not is_target
