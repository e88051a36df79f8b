-- Every observation whose independent claims do not all say the same, with all of them and their evidence.
select
    observations.observation_id,
    observations.metric_code,
    observations.region_id,
    observations.ref_year,
    observations.breakdown,
    observations.reporting_scope,
    observations.rule_applied,
    case
        when observations.n_rivals = 0 then 'compatible'
        when observations.conflict_gap <= {{ var('conflict_tolerance') }} then 'minor'
        else 'major'
    end as conflict_class,
    round(observations.conflict_gap, 6) as conflict_gap,
    claims.claim_id = observations.claim_id as is_chosen,
    compared.is_compatible,
    claims.claim_id,
    claims.obs_value,
    claims.value_low,
    claims.value_high,
    claims.qualifier,
    compared.work_id,
    compared.authority_rank::integer as authority_rank,
    claims.url,
    claims.sentence
from {{ ref('int_observations') }} as observations
inner join {{ ref('int_claims_compared') }} as compared
    on observations.observation_key = compared.observation_key
inner join {{ ref('stg_claims') }} as claims
    on compared.claim_id = claims.claim_id
where observations.has_several_intervals
