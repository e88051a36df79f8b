{#- What makes two rows say the same. -#}

{#- What a fact states: its value, bounds, status and kind. Not which claim proves it, nor how many do. -#}
{% macro fact_statement(facts) -%}
    concat_ws(
        '|',
        {%- for column in [
            'obs_value', 'value_low', 'value_high', 'qualifier', 'obs_status', 'statistic', 'period_type',
            'corrected_value', 'is_floor_language', 'is_cumulative', 'is_provisional'
        ] %}
        coalesce({{ facts }}.{{ column }}::varchar, '~'){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- Under which code and name a fact's region stood. -#}
{% macro region_statement(facts) -%}
    concat_ws('|', coalesce({{ facts }}.ref_area, '~'), coalesce({{ facts }}.region_name, '~'), coalesce({{ facts }}.region_level, '~'))
{%- endmacro %}

{#- What the extractor read in one claim. -#}
{% macro claim_statement(claims) -%}
    md5(concat_ws(
        '|',
        {%- for column in [
            'metric_code', 'obs_value', 'value_low', 'value_high', 'qualifier', 'unit_code', 'breakdown', 'ref_area',
            'ref_area_name', 'ref_year', 'period_type', 'reporting_scope', 'statistic', 'change_kind', 'base_text',
            'is_floor_language', 'is_target'
        ] %}
        coalesce({{ claims }}.{{ column }}::varchar, '~'){{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{#- Whether a row with validity stood in the release of this number. -#}
{% macro stood_in(row, number) -%}
    {{ row }}.valid_from_number <= {{ number }} and {{ row }}.valid_to_number > {{ number }}
{%- endmacro %}
