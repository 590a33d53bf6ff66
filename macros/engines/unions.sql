{#- BigQuery has no union that does not say which (docs: "Set operators"), and Redshift none that does. -#}
{% macro union_distinct() -%}
    {{ return(adapter.dispatch("union_distinct")()) }}
{%- endmacro %}

{% macro default__union_distinct() -%}
    union
{%- endmacro %}

{% macro bigquery__union_distinct() -%}
    union distinct
{%- endmacro %}
