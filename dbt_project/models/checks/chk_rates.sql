-- C08: a stated rate against its own numerator and denominator, where one page states all three. Inside the
-- interval that the roundings leave open it is only noted, outside it fails. C16: rates that are a multiple of
-- five and "at least".
with compared_facts as (
    select
        facts.observation_id,
        facts.metric_code,
        facts.breakdown,
        facts.region_id,
        facts.ref_year,
        observations.observation_key
    from {{ ref('fct_union_metrics') }} as facts
    inner join {{ ref('int_observations') }} as observations
        on facts.chosen_claim_id = observations.claim_id
    where
        facts.metric_code in (
            select unnest([rate_metric, numerator_metric, denominator_metric]) from {{ ref('check_rates') }}
        )
        and not facts.is_target
        and facts.period_group = 'annual'
        and facts.base_key = ''
        and facts.occasion_key = ''
        and facts.reporting_scope in ('all_levels', 'unknown')
),

-- what each page says of them: every claim of the observation, chosen or not
page_values as (
    select
        claims.page_id,
        facts.*,
        compared.obs_value,
        compared.bound_low,
        compared.bound_high,
        compared.claim_id
    from compared_facts as facts
    inner join {{ ref('int_claims_independent') }} as compared
        on facts.observation_key = compared.observation_key
    inner join {{ ref('stg_claims') }} as claims
        on compared.claim_row = claims.claim_row
    where claims.statistic is distinct from 'cumulative'
),

together as (
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
    {{ finding(
        "'C08'",
        row='stated',
        outcome="
        case
            when stated.computed_low <= stated.bound_high and stated.computed_high >= stated.bound_low then 'noted'
            else 'failed'
        end",
        other='stated.other_observation_id',
        claim='stated.claim_id',
        found="format('stated {:.2f}, computed {:.2f}', stated.rate, stated.computed)",
        expected="format('{:.1f} to {:.1f}', stated.computed_low, stated.computed_high)",
        explanation="'the stated rate against its own numerator and denominator'"
    ) }}
from together as stated
where stated.computed not between stated.bound_low and stated.bound_high
union all
select
    {{ finding(
        "'C16'",
        found="format('{} {}', facts.qualifier, facts.obs_value)",
        expected="'a measured rate'",
        explanation="'a multiple of five, stated as a bound'"
    ) }}
from {{ ref('fct_union_metrics') }} as facts
where
    {{ is_heaped_rate('facts') }}
    and not facts.is_target
