-- A region through time: one row per stretch of years with equal code, name and parent. Regions that a text
-- names without a code known to GB/T 2260 stand at the end with an id made from their name.
with registered as (
    select
        region_id,
        ref_area,
        region_name,
        short_name,
        pinyin,
        region_level,
        parent_region_id,
        parent_name,
        iso_3166_2,
        valid_from,
        valid_to,
        true as is_registered
    from {{ ref('stg_regions') }}
),

known_by_name as (
    select distinct
        region_id,
        null::varchar as ref_area,
        region_name,
        region_name as short_name,
        null::varchar as pinyin,
        'unknown' as region_level,
        null::varchar as parent_region_id,
        null::varchar as parent_name,
        null::varchar as iso_3166_2,
        1949 as valid_from,
        null::integer as valid_to,
        false as is_registered
    from {{ ref('int_claim_places') }}
    where not is_region_known
),

versions as (
    select * from registered
    union all
    select * from known_by_name
)

select
    region_id || '@' || valid_from::varchar as region_version_id,
    *,
    row_number() over (partition by region_id order by valid_from desc) = 1 as is_latest
from versions
