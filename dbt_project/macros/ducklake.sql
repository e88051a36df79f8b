{#- What a DuckLake lacks and how the models do without. It keeps data types and not_null, but has no keys, no
    checks and no comments on the columns of views. The keys are held by the tests of the models in both stores. -#}

{#- The columns of a table with an enforced contract; in a lake with those constraints only that a lake has. -#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- if not adapter.is_ducklake(this) -%}
        {{ return(table_columns_and_constraints()) }}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for name, column in model['columns'].items() -%}
        {%- set kept = column.get('constraints', []) | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do columns.update({name: dict(column, constraints=kept)}) -%}
    {%- endfor -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') }})
{%- endmacro %}

{#- Comments on columns, all in one statement, as dbt-duckdb makes them; none for the views of a lake. -#}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {%- if not (adapter.is_ducklake(relation) and relation.is_view) -%}
        {%- for name in column_dict %}
            comment on column {{ relation }}.{{ adapter.quote(name) if column_dict[name]['quote'] else name }}
                is {{ duckdb_escape_comment(column_dict[name]['description']) }};
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
