-- Rules 3 to 6 together: among the claims compatible with the leader the narrowest is chosen; what is not
-- compatible is a conflict. Nothing is averaged.
{{ config(materialized='table') }}

with choice as (
    select
        observation_key,
        arg_min(
            compared,
            {'decided': not is_human_choice, 'width': interval_width, 'precedence': precedence}
        ) filter (where is_compatible) as chosen,
        min(precedence) filter (where not is_compatible) as best_rival,
        min(obs_value) filter (where not is_compatible) as rival_lowest,
        max(obs_value) filter (where not is_compatible) as rival_highest,
        count(*) filter (where not is_compatible) as n_rivals,
        count(distinct {'low': bound_low, 'high': bound_high}) as n_intervals
    from {{ ref('int_claims_compared') }} as compared
    group by observation_key
)

select
    {{ observation_id('choice.chosen') }} as observation_id,
    unnest(choice.chosen),
    leaders.n_claims,
    leaders.n_works,
    leaders.n_independent_works,
    choice.n_rivals,
    {{ relative_gap('leaders.lowest_value', 'leaders.highest_value', 'choice.chosen.obs_value') }} as spread,
    greatest(
        {{ relative_gap('choice.rival_lowest', 'choice.chosen.obs_value', 'choice.chosen.obs_value') }},
        {{ relative_gap('choice.rival_highest', 'choice.chosen.obs_value', 'choice.chosen.obs_value') }}
    ) as conflict_gap,
    {{ rule_applied() }} as rule_applied
from choice
inner join {{ ref('int_observation_leaders') }} as leaders
    on choice.observation_key = leaders.observation_key
