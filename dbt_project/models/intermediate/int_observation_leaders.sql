-- Rule 4 of choosing: the claim that ranks first leads its observation. A human choice leads before all.
{{ config(materialized='table') }}

select
    observation_key,
    count(*) as n_claims,
    count(distinct work_key) as n_works,
    count(distinct source_key) filter (where is_independent) as n_independent_works,
    count(*) filter (where is_independent) as n_independent_claims,
    min(obs_value) filter (where is_independent) as lowest_value,
    max(obs_value) filter (where is_independent) as highest_value,
    coalesce(
        min(bound_low) filter (where is_independent) < max(bound_low) filter (where is_independent)
        or min(bound_high) filter (where is_independent) < max(bound_high) filter (where is_independent),
        false
    ) as has_several_intervals,
    arg_min(claim_row, {{ leading_order() }}) as leader_row
from {{ ref('int_claims_independent') }}
group by observation_key
