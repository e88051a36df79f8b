-- Every observation whose independent claims do not all say the same, with all of them and their evidence.
with disagreeing as (
    select *
    from {{ ref('int_observations') }}
    where has_several_intervals
),

rivals as (
    select *
    from {{ ref('int_claims_compared') }}
    where observation_key in (select observation_key from disagreeing)
),

evidence as (
    -- a text met at several addresses shows the page that was kept
    select claims.*
    from {{ ref('stg_claims') }} as claims
    left join {{ ref('int_repeated_claims') }} as repeated
        on claims.claim_id = repeated.claim_id
    where
        claims.claim_id in (select claim_id from rivals)
        and (repeated.claim_id is null or claims.page_id = repeated.kept_page_id)
)

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
from disagreeing as observations
inner join rivals as compared
    on observations.observation_key = compared.observation_key
inner join evidence as claims
    on compared.claim_id = claims.claim_id
