-- Every observation whose independent claims do not all say the same, with all of them and their evidence.
select
    facts.observation_id,
    facts.metric_code,
    facts.region_id,
    facts.ref_year,
    facts.breakdown,
    facts.reporting_scope,
    facts.rule_applied,
    case
        when decided.n_rivals = 0 then 'compatible'
        when decided.conflict_gap <= {{ var('conflict_tolerance') }} then 'minor'
        else 'major'
    end as conflict_class,
    round(decided.conflict_gap, 6) as conflict_gap,
    compared.claim_id = decided.claim_id as is_chosen,
    compared.is_compatible,
    compared.claim_id,
    claims.obs_value,
    claims.value_low,
    claims.value_high,
    claims.qualifier,
    coalesce(pages.work_id, claims.source_id || ':none') as work_id,
    coalesce(sources.authority_rank, 9)::integer as authority_rank,
    claims.url,
    claims.sentence
from {{ ref('int_claims_compared') }} as compared
inner join {{ ref('int_observations') }} as decided
    on compared.observation_key = decided.observation_key
inner join {{ ref('fct_union_metrics') }} as facts
    on decided.claim_id = facts.chosen_claim_id
inner join {{ ref('stg_claims') }} as claims
    on compared.claim_row = claims.claim_row
left join {{ ref('stg_pages') }} as pages
    on claims.page_id = pages.page_id
left join {{ ref('stg_sources') }} as sources
    on claims.source_id = sources.source_id
