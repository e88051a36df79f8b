-- The chosen claim of each observation with what contradicts it and what decided (rules 3 to 6 together).
-- Where all claims say the same, there was nothing to choose: the leader stands.
{{ config(materialized='table') }}

select
    leaders.observation_key,
    claims.claim_row,
    claims.claim_id,
    leaders.n_claims,
    leaders.n_works,
    leaders.n_independent_works,
    coalesce(choices.n_rivals, 0) as n_rivals,
    leaders.has_several_intervals,
    {{ relative_gap('leaders.lowest_value', 'leaders.highest_value', 'claims.obs_value') }} as spread,
    greatest(
        {{ relative_gap('choices.rival_lowest', 'claims.obs_value', 'claims.obs_value') }},
        {{ relative_gap('choices.rival_highest', 'claims.obs_value', 'claims.obs_value') }}
    ) as conflict_gap,
    {{ rule_applied() }} as rule_applied
from {{ ref('int_observation_leaders') }} as leaders
left join {{ ref('int_choices') }} as choices
    on leaders.observation_key = choices.observation_key
inner join {{ ref('int_claims_independent') }} as claims
    on coalesce(choices.claim_row, leaders.leader_row) = claims.claim_row
