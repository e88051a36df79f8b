-- A work is one volume of a source. Volumes are known from the list pages and from the pages themselves.
with volumes as (
    select source_id, volume_year from {{ ref('stg_page_refs') }}
    union
    select source_id, volume_year from {{ ref('stg_pages') }}
)

select
    volumes.source_id || ':' || coalesce(volumes.volume_year::varchar, 'none') as work_id,
    volumes.source_id,
    volumes.volume_year,
    coalesce(sources.title, volumes.source_id) as series_title,
    sources.publisher,
    sources.authority_kind,
    coalesce(sources.authority_rank, 9) as authority_rank,
    coalesce(sources.is_sample, false) as is_sample
from volumes
left join {{ ref('stg_sources') }} as sources
    on volumes.source_id = sources.source_id
