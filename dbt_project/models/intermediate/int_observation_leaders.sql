-- Rule 4 of choosing: the claim that ranks first leads its observation. A human choice leads before all.
{{ config(materialized='table') }}

select
    observation_key,
    count(*) as n_claims,
    count(distinct work_id) as n_works,
    count(distinct source_id) filter (where is_independent) as n_independent_works,
    min(obs_value) filter (where is_independent) as lowest_value,
    max(obs_value) filter (where is_independent) as highest_value,
    count(*) filter (where is_independent) as n_independent_claims,
    arg_min(precedence, {{ leading_order() }}) as leader_precedence,
    arg_min(bound_low, {{ leading_order() }}) as leader_low,
    arg_min(bound_high, {{ leading_order() }}) as leader_high
from {{ ref('int_claims_independent') }}
group by observation_key
