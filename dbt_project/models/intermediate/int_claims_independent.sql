-- Rule 1 of choosing: the same text counts once. Of the claims of one observation that repeat the same
-- passage (a reprint, a mirror), only the one that comes first is independent; the others are copies of it.
-- Claims that a human decision excludes (rule 6) take no part. Only what choosing compares is kept here: the
-- table has a row for every claim, and everything else about a claim is found again by its row.
{{ config(materialized='table') }}

with taking_part as materialized (
    select
        claims.claim_row,
        claims.claim_id,
        claims.observation_key,
        claims.passage_key,
        claims.precedence,
        claims.obs_value,
        claims.bound_low,
        claims.bound_high,
        hash(claims.work_id) as work_key,
        hash(claims.source_id) as source_key,
        decisions.choose_id is not null as is_human_choice
    from {{ ref('int_claims_keyed') }} as claims
    left join {{ ref('int_decisions') }} as decisions
        on claims.claim_id = decisions.claim_id
    where decisions.exclude_id is null
),

repeated_passages as (
    select
        observation_key,
        passage_key,
        arg_min(claim_id, (precedence, claim_id)) as first_claim_id
    from taking_part
    group by observation_key, passage_key
    having count(*) > 1
)

select
    claims.* exclude (passage_key),
    coalesce(claims.claim_id = repeated.first_claim_id, true) as is_independent
from taking_part as claims
left join repeated_passages as repeated
    on
        claims.observation_key = repeated.observation_key
        and claims.passage_key = repeated.passage_key
