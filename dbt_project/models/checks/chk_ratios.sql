-- Checks on two figures of the same region and year (C03 to C07, C14, C18, C19, C24): their ratio must lie
-- within the limits of the seed. Bounds are given the benefit of the doubt: only what no value inside the
-- intervals could satisfy is reported.
with ratios as (
    select
        limits.check_id,
        limits.lowest_ratio,
        limits.highest_ratio,
        numerators.metric_code,
        numerators.region_id,
        numerators.ref_year,
        numerators.observation_id,
        numerators.chosen_claim_id,
        numerators.obs_value as numerator,
        numerators.bound_high / nullif(denominators.bound_low, 0) as ratio_high,
        numerators.bound_low / nullif(denominators.bound_high, 0) as ratio_low,
        denominators.observation_id as other_observation_id,
        denominators.obs_value as denominator,
        denominators.metric_code as other_metric_code,
        denominators.breakdown as other_breakdown
    from {{ ref('check_ratios') }} as limits
    inner join {{ ref('chk_values') }} as numerators
        on
            limits.numerator_metric = numerators.metric_code
            and coalesce(limits.numerator_breakdown, '') = numerators.breakdown
    inner join {{ ref('chk_values') }} as denominators
        on
            limits.denominator_metric = denominators.metric_code
            and coalesce(limits.denominator_breakdown, '') = denominators.breakdown
            and numerators.region_id = denominators.region_id
            and numerators.ref_year = denominators.ref_year
)

select
    {{ finding(
        'ratios.check_id',
        row='ratios',
        other='ratios.other_observation_id',
        found="format(
            '{:.0f} / {:.0f} = {:.4f}', ratios.numerator, ratios.denominator,
            ratios.numerator / nullif(ratios.denominator, 0)
        )",
        expected="concat_ws(
            ' and ', 'at least ' || ratios.lowest_ratio::varchar, 'at most ' || ratios.highest_ratio::varchar
        )",
        explanation="format('{} against {} {}', ratios.metric_code, ratios.other_metric_code, ratios.other_breakdown)"
    ) }}
from ratios
where ratios.ratio_high < ratios.lowest_ratio or ratios.ratio_low > ratios.highest_ratio
