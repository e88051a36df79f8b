-- Wide: one row per region and year, the headline metrics with their bounds. Only trend observations:
-- no targets, no floor language, no cumulative figures.
select
    region_id,
    min(region_name) as region_name,
    min(region_level) as region_level,
    min(ref_area) as ref_area,
    ref_year,
    count(*) as n_observations,
    {%- for headline in headline_metrics() %}
    {%- set here = "metric_code = '" ~ headline.metric ~ "' and breakdown = '" ~ headline.breakdown ~ "'" %}
    max(obs_value) filter (where {{ here }}) as {{ headline.column }},
    max(value_low) filter (where {{ here }}) as {{ headline.column }}_low,
    max(value_high) filter (where {{ here }}) as {{ headline.column }}_high
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('int_series') }}
group by region_id, ref_year
