-- The tidy fact: the chosen observation per metric, region, year, breakdown and scope (and per kind of
-- period, base, unit and occasion, where those make another key).
with observations as (
    select
        claims.*,
        decided.* exclude (observation_key, claim_row, claim_id),
        decisions.corrected_value,
        case when decisions.correct_id is not null then decisions.reason end as correction_reason
    from {{ ref('int_observations') }} as decided
    inner join {{ ref('int_claims_keyed') }} as claims
        on decided.claim_row = claims.claim_row
    left join {{ ref('int_decisions') }} as decisions
        on decided.claim_id = decisions.claim_id
),

named_regions as (
    select region_id, min(region_name) as region_name from {{ ref('int_claim_places') }} group by region_id
)

select
    {{ observation_id('observations') }} as observation_id,
    observations.metric_code,
    observations.region_id,
    regions.region_version_id,
    regions.ref_area,
    coalesce(regions.region_name, places.region_name) as region_name,
    coalesce(regions.region_level, 'unknown') as region_level,
    observations.ref_year,
    observations.breakdown,
    observations.reporting_scope,
    observations.period_group,
    observations.base_key,
    observations.occasion_key,
    observations.unit_code,
    observations.obs_value,
    observations.value_low,
    observations.value_high,
    observations.qualifier,
    {{ obs_status('observations', 'breaks.break_year is not null') }} as obs_status,
    observations.statistic,
    observations.period_type,
    observations.rule_applied,
    observations.n_claims,
    observations.n_works,
    observations.n_independent_works,
    round(observations.spread, 6) as spread,
    observations.n_rivals > 0 as has_conflict,
    observations.claim_id as chosen_claim_id,
    observations.work_id as chosen_work_id,
    observations.corrected_value,
    observations.correction_reason,
    observations.is_target,
    observations.is_floor_language,
    observations.is_cumulative,
    observations.is_provisional,
    observations.is_region_valid,
    not observations.is_target
    and not observations.is_floor_language
    and not observations.is_cumulative
    and observations.period_group = 'annual'
    and observations.base_key = ''
    and observations.occasion_key = ''
    and observations.reporting_scope in ('all_levels', 'unknown')
    and coalesce(observations.unit_code, '') = coalesce(metrics.unit_code, '') as is_trend
from observations
left join {{ ref('dim_region') }} as regions
    on
        observations.region_id = regions.region_id
        and observations.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999)
left join named_regions as places
    on observations.region_id = places.region_id
left join {{ ref('stg_metrics') }} as metrics
    on observations.metric_code = metrics.metric_code
left join {{ ref('int_registered_breaks') }} as breaks
    on
        observations.metric_code = breaks.metric_code
        and observations.region_id = breaks.region_id
        and observations.ref_year = breaks.break_year
        and observations.breakdown = ''
