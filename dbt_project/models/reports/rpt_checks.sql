-- Which facts fail which plausibility rule, and why. A contradiction of the source itself is shown here and
-- stays in the facts. `noted` marks what is odd but inside the printed roundings.
with found as (
    {%- for model in ['chk_claims', 'chk_ratios', 'chk_rates', 'chk_time', 'chk_space', 'chk_sources'] %}
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
    found.claim_id,
    found.found as found_text,
    found.expected as expected_text,
    found.explanation,
    checks.rule_text
from found
inner join {{ ref('checks') }} as checks
    on found.check_id = checks.check_id
