-- Rule 2 of choosing: a different scope, base, kind of period or occasion is a different key, not a conflict.
-- One row per level claim that names metric, region and year; a text met at several addresses counts once.
with level_claims as (
    select
        claims.claim_row,
        claims.claim_id,
        claims.source_id,
        claims.page_id,
        claims.metric_code,
        places.region_id,
        places.is_region_valid,
        claims.ref_year,
        claims.breakdown,
        claims.reporting_scope,
        {{ period_group('claims.period_type') }} as period_group,
        {{ stated_base('claims.base_text', 'claims.metric_code') }} as base_key,
        claims.unit_code,
        claims.is_target,
        {{ occasion_key('claims') }} as occasion_key,
        claims.period_type,
        claims.statistic,
        claims.obs_value,
        {{ lower_bound('claims') }} as bound_low,
        {{ upper_bound('claims') }} as bound_high,
        claims.value_low,
        claims.value_high,
        claims.qualifier,
        claims.is_floor_language,
        claims.statistic = 'cumulative'
        or claims.period_type in ('multi_year', 'since_start') as is_cumulative,
        {{ is_provisional('claims') }} as is_provisional,
        coalesce(pages.volume_year, 0) as volume_year,
        coalesce(pages.work_id, claims.source_id || ':none') as work_id,
        coalesce(sources.authority_rank, 9) as authority_rank,
        {{ passage_key('claims') }} as passage_key
    from {{ ref('stg_claims') }} as claims
    inner join {{ ref('int_claim_places') }} as places
        on
            claims.ref_area is not distinct from places.ref_area
            and claims.ref_area_name = places.ref_area_name
            and claims.ref_year = places.ref_year
    left join {{ ref('int_repeated_claims') }} as repeated
        on claims.claim_id = repeated.claim_id
    left join {{ ref('stg_pages') }} as pages
        on claims.page_id = pages.page_id
    left join {{ ref('stg_sources') }} as sources
        on claims.source_id = sources.source_id
    where
        claims.metric_code is not null
        and claims.change_kind = 'level'
        and (repeated.claim_id is null or claims.page_id = repeated.kept_page_id)
)

select
    *,
    {{ observation_key() }} as observation_key,
    {{ precedence() }} as precedence
from level_claims
