{#- How a mart is kept that only puts words to a large table: as a view. Postgres and Redshift drop
    a view with the tables that it reads, so that it would be gone while a build runs: a table there. -#}
{% macro lasting_view() -%}
    {{ return("table" if target.type in ("postgres", "redshift") else "view") }}
{%- endmacro %}
