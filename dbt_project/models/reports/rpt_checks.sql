-- Which facts fail which plausibility rule, and why. A contradiction of the source itself is shown here and
-- stays in the facts. `noted` marks what is odd but inside the printed roundings.
with found as (
    {%- for model in ['int_checks_claims', 'int_checks_ratios', 'int_checks_rates', 'int_checks_time', 'int_checks_space', 'int_checks_sources'] %}
    select * from {{ ref(model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    found.check_id,
    checks.severity,
    found.outcome,
    found.metric_code,
    found.region_id,
    found.ref_year,
    found.observation_id,
    found.other_observation_id,
    coalesce(found.claim_id, facts.chosen_claim_id) as claim_id,
    found.found as found_text,
    found.expected as expected_text,
    found.explanation,
    checks.rule_text
from found
inner join {{ ref('checks') }} as checks
    on found.check_id = checks.check_id
left join {{ ref('fct_union_metrics') }} as facts
    on found.observation_id = facts.observation_id
