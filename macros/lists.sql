{#- Lists in one cell, separated by |. -#}

{#- Searched whole, between two separators, so that an item never matches a part of another. -#}
{% macro is_in_list(value, list) -%}
    (
        {{ dbt.position("'|'", value) }} = 0
        and {{ dbt.position("'|' || " ~ value ~ " || '|'", "'|' || " ~ list ~ " || '|'") }} > 0
    )
{%- endmacro %}

{% macro normalize_list(list) -%}
    {%- set tidy = namespace(list=list) -%}
    {%- for blanks in ["    ", "  ", " "] -%}
        {%- set tidy.list = "replace(" ~ tidy.list ~ ", '" ~ blanks ~ "|', '|')" -%}
        {%- set tidy.list = "replace(" ~ tidy.list ~ ", '|" ~ blanks ~ "', '|')" -%}
    {%- endfor -%}
    {{ tidy.list }}
{%- endmacro %}

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

{% macro list_length(list) -%}
    length({{ list }}) - length(replace({{ list }}, '|', '')) + 1
{%- endmacro %}

{% macro longest_list() -%}
    {{ return(128) }}
{%- endmacro %}
