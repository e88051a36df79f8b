{#- No plausibility rule of severity error fails. Warnings are reported, not blocked. -#}
{% test no_failed_errors(model) %}
select check_id, metric_code, region_id, ref_year, claim_id, found_text, expected_text
from {{ model }}
where severity = 'error' and outcome = 'failed'
{% endtest %}
