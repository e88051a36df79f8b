-- Our figures beside independent ones for the same metric, region, year and breakdown. For the economic
-- census the union's own membership is compared too.
with comparable as (
    select benchmark_id, metric_code, breakdown from {{ ref('benchmarks') }}
    union all
    select benchmark_id, 'union_members' as metric_code, breakdown
    from {{ ref('benchmarks') }}
    where metric_code = 'union_members_census'
),

places as (
    select distinct region_name, region_id from {{ ref('stg_regions') }}
)

select
    benchmarks.benchmark_id,
    places.region_id,
    benchmarks.region_name,
    benchmarks.ref_year::integer as ref_year,
    benchmarks.as_of,
    comparable.metric_code,
    benchmarks.metric_code as benchmark_metric_code,
    coalesce(comparable.breakdown, '') as breakdown,
    benchmarks.benchmark_value::double as benchmark_value,
    benchmarks.source_url as benchmark_url,
    facts.observation_id,
    facts.chosen_claim_id,
    facts.obs_value,
    facts.reporting_scope,
    round((facts.obs_value / benchmarks.benchmark_value - 1) * 100, 2) as difference_pct,
    case
        when facts.observation_id is null then 'no_observation'
        when benchmarks.benchmark_value between coalesce(facts.value_low, facts.obs_value) and coalesce(facts.value_high, facts.obs_value)
            then 'agrees'
        when abs(facts.obs_value / benchmarks.benchmark_value - 1) <= 0.02 then 'minor'
        else 'differs'
    end as outcome
from comparable
inner join {{ ref('benchmarks') }} as benchmarks
    on comparable.benchmark_id = benchmarks.benchmark_id
inner join places
    on benchmarks.region_name = places.region_name
left join {{ ref('mart_metric_series') }} as facts
    on
        comparable.metric_code = facts.metric_code
        and coalesce(comparable.breakdown, '') = facts.breakdown
        and places.region_id = facts.region_id
        and benchmarks.ref_year = facts.ref_year
