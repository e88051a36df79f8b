-- Wide: one row per region and year, the headline metrics with their bounds. Only trend observations:
-- no targets, no floor language, no cumulative figures.
with counted as (
    select
        region_id,
        ref_year,
        min(region_name) as region_name,
        min(region_level) as region_level,
        count(*) as n_observations
    from {{ ref('mart_metric_series') }}
    group by region_id, ref_year
),

headlines (headline, metric_code, breakdown) as (
    values
    {%- for headline in headline_metrics() %}
    ({{ loop.index }}, '{{ headline.metric }}', '{{ headline.breakdown }}'){{ ',' if not loop.last }}
    {%- endfor %}
),

wide as (
    select
        {%- for headline in headline_metrics() %}
        {%- set number = loop.index %}
        {%- for column, suffix in [('obs_value', ''), ('value_low', '_low'), ('value_high', '_high')] %}
        max(series.{{ column }}) filter (where headlines.headline = {{ number }}) as {{ headline.column ~ suffix }},
        {%- endfor %}
        {%- endfor %}
        series.region_id,
        series.ref_year
    from {{ ref('mart_metric_series') }} as series
    inner join headlines
        on series.metric_code = headlines.metric_code and series.breakdown = headlines.breakdown
    group by series.region_id, series.ref_year
)

select
    counted.region_id,
    counted.region_name,
    counted.region_level,
    regions.ref_area,
    counted.ref_year,
    counted.n_observations,
    {%- for headline in headline_metrics() %}
    wide.{{ headline.column }},
    wide.{{ headline.column }}_low,
    wide.{{ headline.column }}_high
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from counted
left join wide
    on counted.region_id = wide.region_id and counted.ref_year = wide.ref_year
left join {{ ref('dim_region') }} as regions
    on
        counted.region_id = regions.region_id
        and counted.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999)
