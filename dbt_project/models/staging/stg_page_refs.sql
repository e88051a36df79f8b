select
    source_id,
    url,
    volume_year,
    category,
    title,
    discovered_from
from {{ source('raw', 'page_refs') }}
