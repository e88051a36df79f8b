-- Rule 3, second half: among the claims compatible with the leader the narrowest is chosen, then the one that
-- ranks first. What is not compatible is a rival. Nothing is averaged.
select
    observation_key,
    arg_min(claim_id, (not is_human_choice, interval_width, precedence)) filter (where is_compatible) as claim_id,
    min(precedence) filter (where not is_compatible) as best_rival,
    min(obs_value) filter (where not is_compatible) as rival_lowest,
    max(obs_value) filter (where not is_compatible) as rival_highest,
    count(*) filter (where not is_compatible) as n_rivals,
    min(bound_low) < max(bound_low) or min(bound_high) < max(bound_high) as has_several_intervals
from {{ ref('int_claims_compared') }}
group by observation_key
