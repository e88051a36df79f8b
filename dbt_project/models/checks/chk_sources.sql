-- Checks against other works: C23 works that disagree, C25 the union's figures against the economic census.
select
    {{ finding(
        "'C23'",
        outcome="
        case when decided.conflict_gap <= " ~ var('conflict_tolerance') ~ " then 'noted' else 'failed' end",
        found="format('{:.1f} % from the chosen value', 100 * decided.conflict_gap)",
        expected="format('at most {:.0f} %', 100 * " ~ var('conflict_tolerance') ~ ")",
        explanation="format('{} of {} claims disagree', decided.n_rivals, decided.n_claims)"
    ) }}
from {{ ref('int_observations') }} as decided
inner join {{ ref('fct_union_metrics') }} as facts
    on decided.claim_id = facts.chosen_claim_id
where decided.n_rivals > 0
union all
select
    {{ finding(
        "'C25'",
        found="format('{:.1f} %', facts.difference_pct)",
        expected="'within 35 % of the census'",
        explanation="'economic census: ' || facts.benchmark_url"
    ) }}
from {{ ref('chk_benchmarks') }} as facts
where
    facts.benchmark_metric_code = 'union_members_census'
    and facts.metric_code = 'union_members'
    and abs(facts.difference_pct) > 35
