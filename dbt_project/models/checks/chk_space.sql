-- Checks across regions and scopes: C11 children against their parent, C12 values outside a region's life,
-- C13 the region's own level against all levels.
with children as (
    select
        facts.metric_code,
        facts.breakdown,
        regions.parent_region_id,
        facts.ref_year,
        sum(facts.bound_low) as bound_low,
        sum(facts.obs_value) as obs_value,
        count(*) as n_children
    from {{ ref('chk_values') }} as facts
    inner join {{ ref('dim_region') }} as regions
        on
            facts.region_id = regions.region_id
            and facts.ref_year between regions.valid_from and coalesce(regions.valid_to, 9999)
    where facts.statistic = 'stock' and regions.parent_region_id is not null
    group by all
)

select
    {{ finding(
        "'C11'",
        row='parents',
        found="format(
            'sum of {} parts {:.0f}, whole {:.0f}', children.n_children, children.obs_value, parents.obs_value
        )",
        expected="'the parts at most 1.02 times the whole'",
        explanation="'industry systems and unions of the own level may stand in the whole alone'"
    ) }}
from children
inner join {{ ref('chk_values') }} as parents
    on
        children.metric_code = parents.metric_code
        and children.breakdown = parents.breakdown
        and children.parent_region_id = parents.region_id
        and children.ref_year = parents.ref_year
where children.bound_low > parents.bound_high * 1.02
union all
select
    {{ finding(
        "'C12'",
        found='facts.ref_year::varchar',
        expected="'a year in which the region had this code'",
        explanation="'the code was not valid in the year'"
    ) }}
from {{ ref('fct_union_metrics') }} as facts
where not facts.is_region_valid
union all
select
    {{ finding(
        "'C13'",
        row='own',
        other='whole.observation_id',
        found="format('own level {:.0f}, all levels {:.0f}', own.obs_value, whole.obs_value)",
        expected="'the own level at most all levels'",
        explanation="'part above its whole'"
    ) }}
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
