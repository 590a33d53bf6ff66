{#- Lists in one cell, separated by |. -#}

{#- A list without the blanks around its items, up to seven on each side. -#}
{% macro normalize_list(list) -%}
    {%- set tidy = namespace(list=list) -%}
    {%- for blanks in ["    ", "  ", " "] -%}
        {%- set tidy.list = "replace(" ~ tidy.list ~ ", '" ~ blanks ~ "|', '|')" -%}
        {%- set tidy.list = "replace(" ~ tidy.list ~ ", '|" ~ blanks ~ "', '|')" -%}
    {%- endfor -%}
    {{ tidy.list }}
{%- endmacro %}

{#- One row per item of a list.
    relation: what has the lists; keys: its columns to keep; list: its column with the list. -#}
{% macro list_items(relation, keys, list) -%}
    select
        {%- for key in keys %}
        {{ relation }}.{{ key }},
        {%- endfor %}
        {{ list_item(relation ~ "." ~ list, "positions.generated_number") }} as item
    from {{ relation }}
    inner join ({{ dbt.generate_series(longest_list()) }}) as positions
        on {{ list_length(relation ~ "." ~ list) }} >= positions.generated_number
{%- endmacro %}

{#- One item of a list, by its position, from 1. -#}
{% macro list_item(list, position) -%}
    {{ dbt.split_part(list, "'|'", "cast(" ~ position ~ " as " ~ dbt.type_int() ~ ")") }}
{%- endmacro %}

{#- How many items a list has. -#}
{% macro list_length(list) -%}
    length({{ list }}) - length(replace({{ list }}, '|', '')) + 1
{%- endmacro %}

{#- How many items a list may have. -#}
{% macro longest_list() -%}
    {{ return(128) }}
{%- endmacro %}
