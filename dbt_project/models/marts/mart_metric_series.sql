-- One series per region, metric and breakdown: one value a year, figures of the whole region before figures
-- whose scope the text leaves open. A change is stated only between neighbouring years that are both plain
-- values, free of conflict, and on the same side of every known or detected break. A registered break ends the
-- segment also where its own year was not observed.
with trend as (
    select * from {{ ref('fct_union_metrics') }} where is_trend
),

of_whole_regions as (
    select *
    from trend
    where reporting_scope = 'all_levels'
),

one_a_year as (
    select * from of_whole_regions
    union all
    select trend.*
    from trend
    anti join of_whole_regions as whole
        on
            trend.metric_code = whole.metric_code
            and trend.breakdown = whole.breakdown
            and trend.region_id = whole.region_id
            and trend.ref_year = whole.ref_year
    where trend.reporting_scope <> 'all_levels'
),

ordered as (
    select
        one_a_year.*,
        lag(ref_year) over series as previous_year,
        lag(obs_value) over series as previous_value,
        coalesce(lag(qualifier = 'EQ' and not has_conflict) over series, false) as is_previous_plain
    from one_a_year
    window series as (partition by metric_code, breakdown, region_id order by ref_year)
),

broken as (
    select distinct ordered.observation_id
    from ordered
    inner join {{ ref('int_registered_breaks') }} as registered
        on
            ordered.metric_code = registered.metric_code
            and ordered.region_id = registered.region_id
            and ordered.previous_year < registered.break_year
            and ordered.ref_year >= registered.break_year
            and ordered.breakdown = ''
),

compared as (
    select
        ordered.*,
        ordered.ref_year = ordered.previous_year + 1 as is_next_year,
        ordered.obs_status = 'B' or broken.observation_id is not null as is_registered_break,
        coalesce(
            ordered.statistic = 'stock' and ordered.ref_year = ordered.previous_year + 1
            and {{ is_jump('ordered.obs_value', 'ordered.previous_value', 'ordered.region_level') }},
            false
        ) as is_detected_break
    from ordered
    left join broken
        on ordered.observation_id = broken.observation_id
),

breaks as (
    select
        metric_code,
        breakdown,
        region_id,
        list(ref_year) as break_years
    from compared
    where is_registered_break or is_detected_break
    group by metric_code, breakdown, region_id
)

select
    series.metric_code,
    series.breakdown,
    series.region_id,
    series.region_name,
    series.region_level,
    series.ref_year,
    series.obs_value,
    series.value_low,
    series.value_high,
    series.qualifier,
    series.unit_code,
    series.obs_status,
    series.is_registered_break,
    series.is_detected_break,
    (1 + coalesce(len(list_filter(breaks.break_years, lambda break_year: break_year <= series.ref_year)), 0))::integer
        as segment_number,
    series.previous_year,
    case
        when {{ is_plain_change('series') }} and not series.is_detected_break and series.statistic <> 'rate'
            then round((series.obs_value / nullif(series.previous_value, 0) - 1) * 100, 2)
    end as change_pct,
    case
        when {{ is_plain_change('series') }} and series.statistic = 'rate'
            then round(series.obs_value - series.previous_value, 2)
    end as change_pp,
    series.observation_id,
    series.chosen_claim_id,
    series.previous_value,
    series.statistic,
    series.reporting_scope
from compared as series
left join breaks
    on
        series.metric_code = breaks.metric_code
        and series.breakdown = breaks.breakdown
        and series.region_id = breaks.region_id
