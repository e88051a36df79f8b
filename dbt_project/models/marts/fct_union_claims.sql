-- Every value ever read, with its evidence. Append-only: a claim that is read differently, or no longer
-- stated, keeps its row with the time at which it was retracted. A text met at several addresses has a row
-- for each of them under one claim_id. A view: the rows themselves stand in raw.claim_history.
{{ config(materialized='view') }}

with placed as (
    select
        claims.claim_id,
        facts.observation_id,
        claims.claim_id = observations.claim_id as is_chosen
    from {{ ref('int_claims_independent') }} as claims
    inner join {{ ref('int_observations') }} as observations
        on claims.observation_key = observations.observation_key
    inner join {{ ref('fct_union_metrics') }} as facts
        on observations.claim_id = facts.chosen_claim_id
)

select
    versions.claim_version_id,
    versions.claim_id,
    versions.retracted_at is null as is_current,
    versions.asserted_at,
    versions.retracted_at,
    case when versions.retracted_at is null then placed.observation_id end as observation_id,
    versions.retracted_at is null and coalesce(placed.is_chosen, false) as is_chosen,
    decisions.exclude_id is not null as is_excluded,
    versions.source_id,
    versions.page_id,
    versions.url,
    versions.body_sha256,
    versions.section,
    versions.char_start,
    versions.char_end,
    versions.table_cell,
    versions.raw_span,
    versions.sentence,
    versions.metric_code,
    versions.obs_value,
    versions.value_low,
    versions.value_high,
    versions.qualifier,
    versions.unit_code,
    versions.unit_raw,
    versions.breakdown,
    places.region_id,
    versions.ref_area,
    versions.ref_area_name,
    versions.ref_year,
    versions.period_type,
    versions.year_basis,
    versions.region_basis,
    versions.reporting_scope,
    versions.statistic,
    versions.change_kind,
    versions.base_text,
    versions.is_floor_language,
    versions.is_target,
    versions.extractor_version,
    versions.extraction_rule,
    versions.phrase,
    versions.note
from {{ ref('stg_claim_history') }} as versions
left join {{ ref('int_claim_places') }} as places
    on
        versions.ref_area is not distinct from places.ref_area
        and versions.ref_area_name = places.ref_area_name
        and versions.ref_year = places.ref_year
left join placed
    on versions.claim_id = placed.claim_id
left join {{ ref('int_decisions') }} as decisions
    on versions.claim_id = decisions.claim_id
