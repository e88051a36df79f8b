{#- None of these plausibility rules fails. Rules of severity warn are reported in rpt_checks alone. -#}
{% test no_failed_errors(model, check_ids) %}
select check_id, metric_code, region_id, ref_year, claim_id, found_text, expected_text
from {{ model }}
where outcome = 'failed' and check_id in ('{{ check_ids | join("', '") }}')
{% endtest %}
