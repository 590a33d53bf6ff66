{#- What some columns of a row say, as one text that no other row has: each cell after its length.
    columns: their names; relation: whose they are. -#}
{% macro row_text(columns, relation) -%}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- set cell = "cast(" ~ relation ~ "." ~ column ~ " as " ~ dbt.type_string() ~ ")" -%}
        {%- set length = "cast(length(" ~ cell ~ ") as " ~ dbt.type_string() ~ ")" -%}
        {%- do cells.append("coalesce(" ~ length ~ " || ':' || " ~ cell ~ ", '-')") -%}
    {%- endfor -%}
    {{ return(cells | join(" || ")) }}
{%- endmacro %}
