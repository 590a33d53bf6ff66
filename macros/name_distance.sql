{#- How far one name is from another, to find the name that somebody meant: the letters that only
    one of them has, and the difference in length. -#}
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

{#- How far apart two names may be for one to be a slip of the other. -#}
{% macro near_name() -%}
    3
{%- endmacro %}
