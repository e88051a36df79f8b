-- Rule 3 of choosing: overlapping intervals are compatible. Every independent claim of an observation whose
-- claims do not all say the same, beside its leader.
{{ config(materialized='table') }}

select
    claims.observation_key,
    claims.claim_row,
    claims.claim_id,
    claims.obs_value,
    claims.bound_low,
    claims.bound_high,
    claims.precedence,
    claims.is_human_choice,
    leaders.precedence as leader_precedence,
    claims.bound_low <= leaders.bound_high and claims.bound_high >= leaders.bound_low as is_compatible,
    claims.bound_high - claims.bound_low as interval_width
from {{ ref('int_observation_leaders') }} as observations
inner join {{ ref('int_claims_independent') }} as claims
    on observations.observation_key = claims.observation_key
inner join {{ ref('int_claims_independent') }} as leaders
    on observations.leader_row = leaders.claim_row
where observations.has_several_intervals and claims.is_independent
