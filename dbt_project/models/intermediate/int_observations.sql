-- The chosen claim of each observation with what contradicts it and what decided (rules 3 to 6 together).
{{ config(materialized='table') }}

select
    {{ observation_id('claims') }} as observation_id,
    claims.*,
    leaders.n_claims,
    leaders.n_works,
    leaders.n_independent_works,
    choices.n_rivals,
    choices.has_several_intervals,
    {{ relative_gap('leaders.lowest_value', 'leaders.highest_value', 'claims.obs_value') }} as spread,
    greatest(
        {{ relative_gap('choices.rival_lowest', 'claims.obs_value', 'claims.obs_value') }},
        {{ relative_gap('choices.rival_highest', 'claims.obs_value', 'claims.obs_value') }}
    ) as conflict_gap,
    {{ rule_applied() }} as rule_applied
from {{ ref('int_claims_independent') }} as claims
inner join {{ ref('int_choices') }} as choices
    on claims.claim_id = choices.claim_id
inner join {{ ref('int_observation_leaders') }} as leaders
    on choices.observation_key = leaders.observation_key
