{#- What makes two neighbouring values of a series comparable, and what makes them jump. -#}

{#- A change that may be stated: both years plain values free of conflict, and no registered break between. -#}
{% macro is_plain_change(series) -%}
    {{ series }}.is_next_year
            and {{ series }}.qualifier = 'EQ'
            and not {{ series }}.has_conflict
            and {{ series }}.is_previous_plain
            and not {{ series }}.is_registered_break
{%- endmacro %}

{#- The logarithm of a change, where both values are above zero. -#}
{% macro log_change(value, previous) -%}
    case when {{ value }} > 0 and {{ previous }} > 0 then ln({{ value }} / {{ previous }}) end
{%- endmacro %}

{#- A change from one year to the next above the bound of its level: small regions may jump more. -#}
{% macro is_jump(value, previous, region_level) -%}
    abs({{ log_change(value, previous) }})
    > case {{ region_level }} when 'county' then 0.8 when 'prefecture' then 0.5 else 0.25 end
{%- endmacro %}
