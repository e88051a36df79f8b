-- Shares worked out from two published counts, with both of them named: what the sources' own rates can be held
-- against. Only counts of one region, year, scope and kind of day are divided, and only trend observations.
-- Nobody printed these figures: status E. The bounds follow from the bounds of both counts: the lowest numerator
-- over the highest denominator, and the reverse. A bound that nothing limits stays empty.
with counts as (
    select
        observation_id,
        metric_code,
        breakdown,
        region_id,
        region_name,
        region_level,
        ref_year,
        reporting_scope,
        period_type,
        obs_value,
        coalesce(value_low, case when qualifier = 'EQ' then obs_value end, 0) as bound_low,
        coalesce(value_high, case when qualifier = 'EQ' then obs_value end) as bound_high,
        qualifier,
        has_conflict,
        chosen_claim_id
    from {{ ref('fct_union_metrics') }}
    where is_trend
),

divided as (
    select
        ratios.ratio_code,
        ratios.name_en as ratio_name,
        numerators.region_id,
        numerators.region_name,
        numerators.region_level,
        numerators.ref_year,
        numerators.reporting_scope,
        round(100 * numerators.obs_value / denominators.obs_value, 2) as ratio_pct,
        round(100 * numerators.bound_low / denominators.bound_high, 2) as ratio_low_pct,
        round(100 * numerators.bound_high / nullif(denominators.bound_low, 0), 2) as ratio_high_pct,
        numerators.qualifier = 'EQ' and denominators.qualifier = 'EQ' as is_exact,
        numerators.has_conflict or denominators.has_conflict as has_conflict,
        numerators.observation_id as numerator_observation_id,
        denominators.observation_id as denominator_observation_id,
        numerators.obs_value as numerator_value,
        denominators.obs_value as denominator_value,
        numerators.chosen_claim_id as numerator_claim_id,
        denominators.chosen_claim_id as denominator_claim_id,
        ratios.stated_metric,
        coalesce(ratios.stated_breakdown, '') as stated_breakdown
    from {{ ref('ratios') }} as ratios
    inner join counts as numerators
        on
            ratios.numerator_metric = numerators.metric_code
            and coalesce(ratios.numerator_breakdown, '') = numerators.breakdown
    inner join counts as denominators
        on
            ratios.denominator_metric = denominators.metric_code
            and coalesce(ratios.denominator_breakdown, '') = denominators.breakdown
            and numerators.region_id = denominators.region_id
            and numerators.ref_year = denominators.ref_year
            and numerators.reporting_scope = denominators.reporting_scope
            and numerators.period_type = denominators.period_type
    where denominators.obs_value > 0
)

select
    left(md5(concat_ws('|', divided.ratio_code, divided.numerator_observation_id, divided.denominator_observation_id)), 16) as ratio_id,
    divided.ratio_code,
    divided.ratio_name,
    divided.region_id,
    divided.region_name,
    divided.region_level,
    divided.ref_year,
    divided.reporting_scope,
    divided.ratio_pct,
    coalesce(divided.ratio_low_pct, 0) as ratio_low_pct,
    divided.ratio_high_pct,
    divided.is_exact,
    divided.has_conflict,
    'E' as obs_status,
    divided.numerator_observation_id,
    divided.numerator_value,
    divided.denominator_observation_id,
    divided.denominator_value,
    divided.numerator_claim_id,
    divided.denominator_claim_id,
    stated.observation_id as stated_observation_id,
    stated.obs_value as stated_pct,
    stated.bound_low <= divided.ratio_high_pct and stated.bound_high >= coalesce(divided.ratio_low_pct, 0) as agrees_with_stated
from divided
left join counts as stated
    on
        divided.stated_metric = stated.metric_code
        and divided.stated_breakdown = stated.breakdown
        and divided.region_id = stated.region_id
        and divided.ref_year = stated.ref_year
        and divided.reporting_scope = stated.reporting_scope
