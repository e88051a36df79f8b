-- How much of what is published as rates and counts are floors repeated as if they were figures.
select
    region_id,
    min(region_name) as region_name,
    ref_year,
    count(*) as n_observations,
    count(*) filter (where is_floor_language) as n_floor_language,
    count(*) filter (where unit_code = 'percent') as n_rates,
    count(*) filter (where {{ is_heaped_rate('facts') }}) as n_heaped_rates,
    round(count(*) filter (where is_floor_language) / count(*), 4) as share_floor_language
from {{ ref('fct_union_metrics') }} as facts
where not is_target
group by region_id, ref_year
