-- The breaks that the registry names, under the durable id of their region.
select distinct
    breaks.metric_code,
    regions.region_id,
    breaks.break_year::integer as break_year,
    breaks.observed,
    breaks.likely_reason,
    breaks.evidence
from {{ ref('series_breaks') }} as breaks
inner join {{ ref('stg_regions') }} as regions
    on breaks.region_name = regions.region_name
