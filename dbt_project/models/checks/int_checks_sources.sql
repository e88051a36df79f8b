-- Checks against other works: C23 works that disagree, C25 the union's figures against the economic census.
select
    'C23' as check_id,
    case when observations.conflict_gap <= {{ var('conflict_tolerance') }} then 'noted' else 'failed' end as outcome,
    observations.metric_code,
    observations.region_id,
    observations.ref_year,
    observations.observation_id,
    null::varchar as other_observation_id,
    observations.claim_id,
    format('{:.1f} % from the chosen value', 100 * observations.conflict_gap) as found,
    format('at most {:.0f} %', 100 * {{ var('conflict_tolerance') }}) as expected,
    format('{} of {} claims disagree', observations.n_rivals, observations.n_claims) as explanation
from {{ ref('int_observations') }} as observations
where observations.n_rivals > 0
union all
select
    'C25' as check_id,
    'failed' as outcome,
    metric_code,
    region_id,
    ref_year,
    observation_id,
    null::varchar as other_observation_id,
    null::varchar as claim_id,
    format('{:.1f} %', difference_pct) as found,
    'within 35 % of the census' as expected,
    'economic census: ' || benchmark_url as explanation
from {{ ref('rpt_reconciliation') }}
where benchmark_metric_code = 'union_members_census' and metric_code = 'union_members' and abs(difference_pct) > 35
