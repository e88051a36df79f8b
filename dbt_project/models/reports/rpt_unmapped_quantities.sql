-- Quantities that were read but belong to no metric yet, ranked by how many pages say such a thing.
with grouped as (
    select
        coalesce(nullif(phrase, ''), '(none)') as phrase,
        unit_code,
        count(distinct page_id) as n_pages,
        count(*) as n_claims,
        min(obs_value) as lowest_value,
        max(obs_value) as highest_value,
        arg_min(sentence, claim_id) as example_sentence,
        min(claim_id) as example_claim_id
    from {{ ref('stg_claims') }}
    where metric_code is null
    group by 1, 2
)

select
    row_number() over (order by n_pages desc, n_claims desc, phrase asc, unit_code asc) as queue_rank,
    *
from grouped
