{#- The interval holds the value, and is not turned round. -#}
{% test interval_holds_value(model) %}
select observation_id, obs_value, value_low, value_high
from {{ model }}
where obs_value < value_low or obs_value > value_high or value_low > value_high
{% endtest %}
