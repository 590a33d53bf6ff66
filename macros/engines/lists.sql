{#- The item at a place in a list in one cell, separated by |; the first is 1. -#}

{% macro list_item(list, position) -%}
    {{ return(adapter.dispatch("list_item")(list, position)) }}
{%- endmacro %}

{% macro default__list_item(list, position) -%}
    {{ dbt.split_part(list, "'|'", "cast(" ~ position ~ " as " ~ dbt.type_int() ~ ")") }}
{%- endmacro %}

{#- There dbt's own macro asks whether the position is below 0, before it is known. -#}
{% macro postgres__list_item(list, position) -%}
    split_part({{ list }}, '|', cast({{ position }} as integer))
{%- endmacro %}
