-- Rule 4 of choosing: the claim that ranks first leads its observation. A human choice leads before all.
select
    observation_key,
    count(*) as n_claims,
    count(distinct work_id) as n_works,
    count(distinct source_id) filter (where is_independent) as n_independent_works,
    min(obs_value) filter (where is_independent) as lowest_value,
    max(obs_value) filter (where is_independent) as highest_value,
    count(*) filter (where is_independent) as n_independent_claims,
    arg_min(
        {'claim_id': claim_id, 'bound_low': bound_low, 'bound_high': bound_high, 'precedence': precedence},
        (case when is_human_choice then '0' else '1' end) || precedence
    ) as leader
from {{ ref('int_claims_independent') }}
group by observation_key
