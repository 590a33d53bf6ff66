{#- A hash of all that a row says. columns: their names. -#}
{% macro row_hash(columns) -%}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- do cells.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')") -%}
    {%- endfor -%}
    {{ return(dbt.hash(cells | join(" || '|' || "))) }}
{%- endmacro %}
