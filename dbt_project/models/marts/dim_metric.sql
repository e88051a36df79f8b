-- What each metric measures. Alias codes name the canonical metric and the breakdown under which they are kept.
select
    metric_code,
    tier,
    tier = 1 as is_headline,
    theme,
    name_en,
    name_zh,
    unit_code,
    statistic,
    definition_en,
    base_code,
    breakdowns as breakdown_dimensions,
    canonical_code,
    fixed_breakdown,
    is_canonical,
    case
        when statistic = 'rate'
            then
                'A share of the base named here, as the union administration counts it. '
                || 'Not the international union-density or bargaining-coverage concept.'
        when statistic = 'cumulative' then 'Counted since a start that the sources rarely name; never summed.'
        when statistic = 'flow' then 'Counted within the period; a figure of an event or a festival is kept apart.'
        else 'Counted at a day of the year, at its end where the source says so.'
    end as comparability_note,
    left(md5(concat_ws('|', definition_en, unit_code, statistic, base_code)), 8) as definition_version
from {{ ref('stg_metrics') }}
