-- Rule 1 of choosing, for whole pages: one text at several addresses states each of its claims once, for the
-- page of the most trusted source.
{{ config(materialized='table') }}

select
    claims.claim_id,
    arg_min(claims.page_id, (coalesce(sources.authority_rank, 9), claims.page_id)) as kept_page_id
from {{ ref('stg_claims') }} as claims
left join {{ ref('stg_sources') }} as sources
    on claims.source_id = sources.source_id
where claims.claim_id in (select claim_id from {{ ref('stg_claims') }} group by claim_id having count(*) > 1)
group by claims.claim_id
