-- Rule 3, second half: among the claims compatible with the leader the narrowest is chosen, then the one that
-- ranks first. What is not compatible is a rival. Nothing is averaged.
select
    observation_key,
    arg_min(claim_row, (not is_human_choice, interval_width, precedence, claim_id)) filter (where is_compatible) as claim_row,
    any_value(leader_precedence) as leader_precedence,
    min(precedence) filter (where not is_compatible) as best_rival,
    min(obs_value) filter (where not is_compatible) as rival_lowest,
    max(obs_value) filter (where not is_compatible) as rival_highest,
    count(*) filter (where not is_compatible) as n_rivals
from {{ ref('int_claims_compared') }}
group by observation_key
