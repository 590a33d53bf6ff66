{#- Whether a value satisfies an operator of the configuration; false where the value is null.
    value: text; operator: one of =, !=, in, not in, >=, <=, contains, starts_with, exists;
    expected: text, of in and not in a list separated by |. Lists are searched whole, between two
    separators, so an item never matches a part of another. -#}
{% macro condition_holds(value, operator, expected) -%}
    coalesce(
        case {{ operator }}
            when '=' then {{ value }} = {{ expected }}
            when '!=' then {{ value }} <> {{ expected }}
            when 'in' then {{ is_in_list(value, expected) }}
            when 'not in' then not {{ is_in_list(value, expected) }}
            when '>=' then {{ try_decimal(value) }} >= {{ try_decimal(expected) }}
            when '<=' then {{ try_decimal(value) }} <= {{ try_decimal(expected) }}
            when 'contains' then {{ dbt.position(expected, value) }} > 0
            when 'starts_with' then {{ dbt.position(expected, value) }} = 1
            when 'exists' then {{ value }} is not null
        end,
        false
    )
{%- endmacro %}

{#- Whether a text is one of the items of a list separated by |. -#}
{% macro is_in_list(value, list) -%}
    (
        {{ dbt.position("'|'", value) }} = 0
        and {{ dbt.position("'|' || " ~ value ~ " || '|'", "'|' || " ~ list ~ " || '|'") }} > 0
    )
{%- endmacro %}
