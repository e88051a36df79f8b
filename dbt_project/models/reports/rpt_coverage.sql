-- Region by year by headline metric: is it stated, and if not, why not.
with covered_regions as (
    select distinct region_id from {{ ref('int_claim_places') }} where is_region_known
    union
    select distinct regions.region_id
    from {{ ref('stg_sources') }} as sources
    inner join {{ ref('stg_regions') }} as regions
        on sources.region_name = regions.region_name
),

known_years as (
    select volume_year - 1 as ref_year from {{ ref('int_works') }} where volume_year is not null
    union
    select ref_year from {{ ref('mart_metric_series') }}
    union
    select reference_year from {{ ref('stg_pages') }} where reference_year is not null
),

years as (
    select unnest(generate_series(min(ref_year), max(ref_year)))::integer as ref_year from known_years
),

headlines as (
    select metric_code, canonical_code, fixed_breakdown from {{ ref('stg_metrics') }} where tier = 1
),

existing as (
    select
        covered_regions.region_id,
        years.ref_year,
        arg_max(regions.region_name, regions.valid_from) as region_name
    from covered_regions
    cross join years
    left join {{ ref('stg_regions') }} as regions
        on
            covered_regions.region_id = regions.region_id
            and years.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999)
    group by all
),

pages_read as (
    select distinct regions.region_id, pages.reference_year as ref_year
    from {{ ref('stg_pages') }} as pages
    inner join {{ ref('stg_regions') }} as regions
        on
            pages.ref_area = regions.ref_area
            and pages.reference_year between regions.valid_from and coalesce(regions.valid_to, 9999)
),

volumes_known as (
    select distinct regions.region_id, works.volume_year - 1 as ref_year
    from {{ ref('int_works') }} as works
    inner join {{ ref('stg_sources') }} as sources
        on works.source_id = sources.source_id
    inner join {{ ref('stg_regions') }} as regions
        on
            sources.region_name = regions.region_name
            and works.volume_year - 1 between regions.valid_from and coalesce(regions.valid_to, 9999)
    where works.volume_year is not null
),

stated as (
    select metric_code, breakdown, region_id, ref_year, observation_id from {{ ref('mart_metric_series') }}
)

select
    existing.region_id,
    latest.region_name,
    existing.ref_year,
    headlines.metric_code,
    case
        when stated.observation_id is not null then 'stated'
        when existing.region_name is null then 'region_did_not_exist'
        when pages_read.region_id is not null then 'page_silent'
        when volumes_known.region_id is not null then 'page_not_fetched'
        else 'no_volume_known'
    end as coverage,
    case
        when stated.observation_id is not null then null
        when existing.region_name is null then 'M'
        when pages_read.region_id is not null then 'O'
        else 'L'
    end as obs_status,
    stated.observation_id
from existing
cross join headlines
inner join {{ ref('dim_region') }} as latest
    on existing.region_id = latest.region_id and latest.is_latest
left join stated
    on
        existing.region_id = stated.region_id
        and existing.ref_year = stated.ref_year
        and headlines.canonical_code = stated.metric_code
        and headlines.fixed_breakdown = stated.breakdown
left join pages_read
    on existing.region_id = pages_read.region_id and existing.ref_year = pages_read.ref_year
left join volumes_known
    on existing.region_id = volumes_known.region_id and existing.ref_year = volumes_known.ref_year
