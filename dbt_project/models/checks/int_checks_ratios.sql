-- Checks on two figures of the same region and year (C03 to C07, C14, C18, C19, C24): their ratio must lie
-- within the limits of the seed. Bounds are given the benefit of the doubt: only what no value inside the
-- intervals could satisfy is reported.
with ratios as (
    select
        limits.check_id,
        numerators.metric_code,
        numerators.region_id,
        numerators.ref_year,
        numerators.observation_id,
        denominators.observation_id as other_observation_id,
        numerators.obs_value as numerator,
        denominators.obs_value as denominator,
        denominators.metric_code as other_metric_code,
        denominators.breakdown as other_breakdown,
        numerators.bound_high / nullif(denominators.bound_low, 0) as ratio_high,
        numerators.bound_low / nullif(denominators.bound_high, 0) as ratio_low,
        limits.lowest_ratio,
        limits.highest_ratio
    from {{ ref('check_ratios') }} as limits
    inner join {{ ref('int_check_values') }} as numerators
        on
            limits.numerator_metric = numerators.metric_code
            and coalesce(limits.numerator_breakdown, '') = numerators.breakdown
    inner join {{ ref('int_check_values') }} as denominators
        on
            limits.denominator_metric = denominators.metric_code
            and coalesce(limits.denominator_breakdown, '') = denominators.breakdown
            and numerators.region_id = denominators.region_id
            and numerators.ref_year = denominators.ref_year
)

select
    check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    other_observation_id,
    null::varchar as claim_id,
    format('{:.0f} / {:.0f} = {:.4f}', numerator, denominator, numerator / nullif(denominator, 0)) as found,
    concat_ws(' and ', 'at least ' || lowest_ratio::varchar, 'at most ' || highest_ratio::varchar) as expected,
    format('{} against {} {}', metric_code, other_metric_code, other_breakdown) as explanation
from ratios
where ratio_high < lowest_ratio or ratio_low > highest_ratio
