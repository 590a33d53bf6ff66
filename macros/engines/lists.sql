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

{% macro redshift__list_item(list, position) -%}
    split_part({{ list }}, '|', cast({{ position }} as integer))
{%- endmacro %}

{% macro trino__list_item(list, position) -%}
    split_part({{ list }}, '|', cast({{ position }} as integer))
{%- endmacro %}

{#- No split_part, and its lists begin at 0 (docs: "SPLIT", "Array subscript operator"). -#}
{% macro bigquery__list_item(list, position) -%}
    split({{ list }}, '|')[safe_offset(cast({{ position }} as int64) - 1)]
{%- endmacro %}

{#- Of dbt's macros those that Spark has a function for, and one that heeds an order. -#}
{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}

{% macro spark__generate_series(upper_bound) -%}
    select explode(sequence(1, {{ upper_bound }})) as generated_number
{%- endmacro %}

{#- A list of structs is sorted by its fields in turn: numbers that fall are negated. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set fields = [] -%}
    {%- for key in (order_by_clause or "")[9:].split(",") if key -%}
        {%- set name = key | trim -%}
        {%- do fields.append("'key_" ~ loop.index ~ "', " ~ ("-" ~ name[:-5] if name.endswith(" desc") else name)) -%}
    {%- endfor -%}
    {%- do fields.append("'item', " ~ measure) -%}
    case
        when count({{ measure }}) > 0
            then array_join(
                transform(
                    array_sort(
                        collect_list(
                            case when {{ measure }} is not null then named_struct({{ fields | join(", ") }}) end
                        )
                    ),
                    listed -> listed.item
                ),
                {{ delimiter_text }}
            )
    end
{%- endmacro %}
