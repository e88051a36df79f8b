-- Rule 3 of choosing: overlapping intervals are compatible. Every independent claim beside its leader.
select
    claims.observation_key,
    claims.claim_id,
    claims.obs_value,
    claims.bound_low,
    claims.bound_high,
    claims.precedence,
    claims.is_human_choice,
    claims.work_id,
    claims.authority_rank,
    leaders.leader_precedence,
    claims.bound_low <= leaders.leader_high and claims.bound_high >= leaders.leader_low as is_compatible,
    claims.bound_high - claims.bound_low as interval_width
from {{ ref('int_claims_independent') }} as claims
inner join {{ ref('int_observation_leaders') }} as leaders
    on claims.observation_key = leaders.observation_key
where claims.is_independent
