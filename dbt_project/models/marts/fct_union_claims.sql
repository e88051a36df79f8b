-- Every value ever read, with its evidence. Append-only: a claim that is read differently, or no longer
-- stated, keeps its row with the time at which it was retracted.
with versions as (
    select * from {{ ref('stg_claim_history') }}
    qualify retracted_at is not null
        or row_number() over (partition by claim_id, retracted_at is null order by source_id, url) = 1
),

placed as (
    select
        keyed.claim_id,
        observations.observation_id,
        keyed.claim_id = observations.claim_id as is_chosen
    from {{ ref('int_claims_keyed') }} as keyed
    inner join {{ ref('int_observations') }} as observations
        on keyed.observation_key = observations.observation_key
)

select
    left(md5(versions.claim_id || versions.page_id || versions.asserted_at::varchar), 16) as claim_version_id,
    versions.claim_id,
    versions.retracted_at is null as is_current,
    versions.asserted_at,
    versions.retracted_at,
    placed.observation_id,
    coalesce(placed.is_chosen, false) and versions.retracted_at is null as is_chosen,
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
from versions
left join {{ ref('int_claim_places') }} as places
    on
        versions.ref_area is not distinct from places.ref_area
        and versions.ref_area_name = places.ref_area_name
        and versions.ref_year = places.ref_year
left join placed
    on
        versions.claim_id = placed.claim_id
        and versions.retracted_at is null
left join {{ ref('int_decisions') }} as decisions
    on versions.claim_id = decisions.claim_id
