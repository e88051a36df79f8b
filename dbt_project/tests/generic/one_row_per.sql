{#- The grain: no two rows share these columns. Empty values count as values. -#}
{% test one_row_per(model, columns) %}
select {{ columns | join(', ') }}, count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
