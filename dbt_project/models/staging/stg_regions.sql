select
    region_id,
    ref_area,
    name as region_name,
    short_name,
    pinyin,
    level as region_level,
    parent_region_id,
    parent_name,
    iso_3166_2,
    valid_from::integer as valid_from,
    valid_to::integer as valid_to
from {{ source('raw', 'regions') }}
