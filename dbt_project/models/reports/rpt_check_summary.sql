-- All rules, how often each fails, and which cannot be evaluated with the data at hand.
select
    checks.check_id,
    checks.severity,
    checks.applies_to,
    checks.rule_text,
    checks.why,
    checks.check_id <> 'C27' as is_evaluated,
    case when checks.check_id = 'C27' then 'needs the population by age, which no source here states' end as not_evaluated_because,
    count(found.check_id) filter (where found.outcome = 'failed') as n_failed,
    count(found.check_id) filter (where found.outcome = 'noted') as n_noted
from {{ ref('checks') }} as checks
left join {{ ref('rpt_checks') }} as found
    on checks.check_id = found.check_id
group by all
