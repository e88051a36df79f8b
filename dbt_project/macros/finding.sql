{#- One finding of a plausibility rule, as the columns that all checks share, in order. Arguments are SQL; `row`
    is the alias of the fact that the rule speaks of. -#}
{% macro finding(
    check_id, found, expected, explanation, outcome="'failed'", row='facts', metric=none, region=none, year=none,
    observation=none, other='null::varchar', claim=none
) -%}
    {{ check_id }} as check_id,
    {{ outcome }} as outcome,
    {{ metric or row ~ '.metric_code' }} as metric_code,
    {{ region or row ~ '.region_id' }} as region_id,
    {{ year or row ~ '.ref_year' }} as ref_year,
    {{ observation or row ~ '.observation_id' }} as observation_id,
    {{ other }} as other_observation_id,
    {{ claim or row ~ '.chosen_claim_id' }} as claim_id,
    {{ found }} as found,
    {{ expected }} as expected,
    {{ explanation }} as explanation
{%- endmacro %}
