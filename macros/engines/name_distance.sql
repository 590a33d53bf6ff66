{% macro name_distance(one, other) -%}
    {{ return(adapter.dispatch("name_distance")(one, other)) }}
{%- endmacro %}

{% macro default__name_distance(one, other) -%}
    (
        length(translate({{ one }}, {{ other }}, ''))
        + length(translate({{ other }}, {{ one }}, ''))
        + abs(length({{ one }}) - length({{ other }}))
    )
{%- endmacro %}

{#- BigQuery's translate refuses a letter that stands twice. -#}
{% macro bigquery__name_distance(one, other) -%}
    edit_distance({{ one }}, {{ other }})
{%- endmacro %}

{% macro near_name() -%}
    3
{%- endmacro %}
