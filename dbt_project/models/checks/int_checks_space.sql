-- Checks across regions and scopes: C11 children against their parent, C12 values outside a region's life,
-- C13 the region's own level against all levels.
with values_placed as (
    select
        facts.*,
        regions.parent_region_id
    from {{ ref('int_check_values') }} as facts
    inner join {{ ref('dim_region') }} as regions
        on
            facts.region_id = regions.region_id
            and facts.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999)
    where facts.statistic = 'stock'
),

children as (
    select
        metric_code,
        breakdown,
        parent_region_id,
        ref_year,
        sum(bound_low) as bound_low,
        sum(obs_value) as obs_value,
        count(*) as n_children
    from values_placed
    where parent_region_id is not null
    group by all
)

select
    'C11' as check_id,
    'failed' as outcome,
    parents.metric_code,
    parents.region_id,
    parents.ref_year,
    parents.observation_id,
    null::varchar as other_observation_id,
    null::varchar as claim_id,
    format('sum of {} parts {:.0f}, whole {:.0f}', children.n_children, children.obs_value, parents.obs_value) as found,
    'the parts at most 1.02 times the whole' as expected,
    'industry systems and unions of the own level may stand in the whole alone' as explanation
from children
inner join {{ ref('int_check_values') }} as parents
    on
        children.metric_code = parents.metric_code
        and children.breakdown = parents.breakdown
        and children.parent_region_id = parents.region_id
        and children.ref_year = parents.ref_year
where children.bound_low > parents.bound_high * 1.02
union all
select
    'C12' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    null::varchar as other_observation_id,
    chosen_claim_id as claim_id,
    ref_year::varchar as found,
    'a year in which the region had this code' as expected,
    'the code was not valid in the year' as explanation
from {{ ref('fct_union_metrics') }}
where not is_region_valid
union all
select
    'C13' as check_id,
    'failed' as outcome,
    own.metric_code,
    own.region_id,
    own.ref_year,
    own.observation_id,
    whole.observation_id as other_observation_id,
    own.chosen_claim_id as claim_id,
    format('own level {:.0f}, all levels {:.0f}', own.obs_value, whole.obs_value) as found,
    'the own level at most all levels' as expected,
    'part above its whole' as explanation
from {{ ref('fct_union_metrics') }} as own
inner join {{ ref('fct_union_metrics') }} as whole
    on
        own.metric_code = whole.metric_code
        and own.region_id = whole.region_id
        and own.ref_year = whole.ref_year
        and own.breakdown = whole.breakdown
        and own.period_group = whole.period_group
        and own.base_key = whole.base_key
        and own.unit_code is not distinct from whole.unit_code
        and own.is_target = whole.is_target
        and whole.reporting_scope = 'all_levels'
where
    own.reporting_scope = 'own_level'
    and own.unit_code <> 'percent'
    and coalesce(own.value_low, own.obs_value) > coalesce(whole.value_high, whole.obs_value)
