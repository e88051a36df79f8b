select
    sources.source_id,
    sources.title,
    sources.publisher,
    sources.homepage,
    sources.licence,
    sources.terms,
    sources.region_name,
    sources.level,
    sources.authority_kind,
    coalesce(ranks.authority_rank, 9) as authority_rank,
    sources.is_sample,
    sources.verified_on
from {{ source('raw', 'sources') }} as sources
left join {{ ref('authority_ranks') }} as ranks
    on sources.authority_kind = ranks.authority_kind
