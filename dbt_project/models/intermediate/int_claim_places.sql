-- The durable region behind each code, name and year that claims state. Codes change hands, so the year
-- decides; a code that was not valid in the year is still followed and marked. A region known by name only
-- keeps an id made from its name.
{{ config(materialized='table') }}

with stated as (
    select distinct
        ref_area,
        ref_area_name,
        ref_year
    from {{ ref('stg_claims') }}
    where ref_area_name is not null and ref_year is not null
),

candidates as (
    select
        stated.ref_area,
        stated.ref_area_name,
        stated.ref_year,
        regions.region_id,
        regions.region_name,
        regions.region_level,
        coalesce(
            stated.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999), false
        ) as is_region_valid,
        regions.valid_from,
        regions.region_name = stated.ref_area_name as is_same_name
    from stated
    left join {{ ref('stg_regions') }} as regions
        on stated.ref_area = regions.ref_area
)

select
    ref_area,
    ref_area_name,
    ref_year,
    coalesce(region_id, 'name_' || left(md5(ref_area_name), 12)) as region_id,
    coalesce(region_name, ref_area_name) as region_name,
    coalesce(region_level, 'unknown') as region_level,
    region_id is not null as is_region_known,
    region_id is null or is_region_valid as is_region_valid
from candidates
qualify row_number() over (
    partition by ref_area, ref_area_name, ref_year
    order by is_region_valid desc, is_same_name desc, valid_from desc, region_id asc
) = 1
