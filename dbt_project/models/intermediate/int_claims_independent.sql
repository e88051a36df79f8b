-- Rule 1 of choosing: the same text counts once. Of the claims of one observation that repeat the same
-- passage (a reprint, a mirror), only the one that comes first is independent; the others are copies of it.
-- Claims that a human decision excludes (rule 6) take no part.
{{ config(materialized='table') }}

with taking_part as (
    select
        claims.*,
        decisions.choose_id is not null as is_human_choice,
        decisions.corrected_value,
        case when decisions.correct_id is not null then decisions.reason end as correction_reason
    from {{ ref('int_claims_keyed') }} as claims
    left join {{ ref('int_decisions') }} as decisions
        on claims.claim_id = decisions.claim_id
    where decisions.exclude_id is null
)

select
    *,
    row_number() over (partition by observation_key, passage_key order by precedence) = 1 as is_independent
from taking_part
