{#- Rule 2 of choosing: what makes two claims speak of the same thing. -#}

{#- A stock at the year's end, "in" the year, or at a stated day of it describes the same year, and rule 4
    prefers the day nearest to the year's end. Everything else is another kind of figure. -#}
{% macro period_group(period_type) -%}
    case
        when {{ period_type }} in ('year', 'year_end', 'point', 'unknown') then 'annual'
        else {{ period_type }}
    end
{%- endmacro %}

{#- What a rate is a share of, where the text says so in other words than the metric's own base. -#}
{% macro stated_base(base_text, metric_code) -%}
    coalesce(
        case
            when {{ metric_code }} || '|' || {{ base_text }} not in (select base_label from {{ ref('int_usual_bases') }})
                then {{ base_text }}
        end,
        ''
    )
{%- endmacro %}

{#- Figures of one event or one enterprise belong to that occasion alone: the sentence tells them apart. -#}
{% macro occasion_key(claims) -%}
    case
        when {{ claims }}.reporting_scope in ('event', 'enterprise') or {{ claims }}.period_type = 'event'
            then left(md5({{ claims }}.sentence), 12)
        else ''
    end
{%- endmacro %}

{#- Columns of the observation key, in order. -#}
{% macro key_columns() -%}
    {{ return([
        'metric_code', 'region_id', 'ref_year', 'breakdown', 'reporting_scope', 'period_group', 'base_key',
        'unit_code', 'is_target', 'occasion_key'
    ]) }}
{%- endmacro %}

{#- The key as one small number, for grouping within one build: 64 bits, so that among a million keys two share
    a number once in forty million builds. -#}
{% macro observation_key() -%}
    hash({{ key_columns() | join(', ') }})
{%- endmacro %}

{#- The key as citable text: stable across runs and machines. -#}
{% macro observation_id(row) -%}
    left(md5(concat_ws('|'{% for column in key_columns() %}, {{ row }}.{{ column }}{% endfor %})), 16)
{%- endmacro %}
