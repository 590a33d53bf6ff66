{% macro upsert_strategy() -%}
    {{ return("delete+insert" if target.type in ("duckdb", "postgres", "redshift") else "merge") }}
{%- endmacro %}
