-- What became of a region: its own renames, changes of code, level and parent, and, for prefectures, the
-- counties that passed from one to another when a prefecture ended, began or gave some away.
with successive as (
    select
        region_id,
        valid_from as event_year,
        region_name,
        ref_area,
        parent_region_id,
        parent_name,
        lag(region_name) over versions as former_name,
        lag(ref_area) over versions as former_ref_area,
        lag(parent_region_id) over versions as former_parent_region_id
    from {{ ref('stg_regions') }}
    window versions as (partition by region_id order by valid_from)
),

own_events as (
    select
        region_id as from_region_id,
        region_id as to_region_id,
        event_year,
        case
            when region_name <> former_name then 'renamed'
            when coalesce(parent_region_id, '') <> coalesce(former_parent_region_id, '') then 'moved'
            else 'recoded'
        end as event,
        former_name as from_name,
        region_name as to_name,
        former_ref_area as from_ref_area,
        ref_area as to_ref_area,
        null::bigint as n_counties
    from successive
    where
        region_name <> former_name
        or ref_area <> former_ref_area
        or coalesce(parent_region_id, '') <> coalesce(former_parent_region_id, '')
),

prefectures as (
    select
        region_id,
        min(valid_from) as first_year,
        case when count(valid_to) = count(*) then max(valid_to) end as last_year,
        arg_max(region_name, valid_from) as last_name,
        arg_max(ref_area, valid_from) as last_ref_area,
        arg_min(region_name, valid_from) as first_name,
        arg_min(ref_area, valid_from) as first_ref_area
    from {{ ref('stg_regions') }}
    where region_level = 'prefecture'
    group by region_id
),

passed_on as (
    select
        earlier.parent_region_id as from_region_id,
        later.parent_region_id as to_region_id,
        later.valid_from as event_year,
        count(*) as n_counties
    from {{ ref('stg_regions') }} as earlier
    inner join {{ ref('stg_regions') }} as later
        on
            earlier.region_id = later.region_id
            and earlier.valid_to + 1 = later.valid_from
            and earlier.parent_region_id <> later.parent_region_id
    where earlier.region_level = 'county'
    group by all
),

county_events as (
    select
        passed_on.from_region_id,
        passed_on.to_region_id,
        passed_on.event_year,
        case
            when givers.last_year = passed_on.event_year - 1 then 'merged_into'
            when takers.first_year = passed_on.event_year then 'split_from'
            else 'counties_transferred'
        end as event,
        givers.last_name as from_name,
        takers.first_name as to_name,
        givers.last_ref_area as from_ref_area,
        takers.first_ref_area as to_ref_area,
        passed_on.n_counties
    from passed_on
    inner join prefectures as givers
        on passed_on.from_region_id = givers.region_id
    inner join prefectures as takers
        on passed_on.to_region_id = takers.region_id
)

select * from own_events
union all
select * from county_events
