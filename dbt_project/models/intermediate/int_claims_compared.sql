-- Rule 3 of choosing: overlapping intervals are compatible. Every independent claim beside its leader.
{{ config(materialized='table') }}

select
    claims.*,
    leaders.leader.precedence as leader_precedence,
    claims.bound_low <= leaders.leader.bound_high
    and claims.bound_high >= leaders.leader.bound_low as is_compatible,
    claims.bound_high - claims.bound_low as interval_width
from {{ ref('int_claims_independent') }} as claims
inner join {{ ref('int_observation_leaders') }} as leaders
    on claims.observation_key = leaders.observation_key
where claims.is_independent
