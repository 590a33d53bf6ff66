{#- A date some days later. dbt's own dateadd gives a timestamp on some engines, and scoring is by
    date. date, number: expressions. -#}
{% macro add_days(date, number) -%}
    {{ return(adapter.dispatch("add_days")(date, number)) }}
{%- endmacro %}

{% macro default__add_days(date, number) -%}
    cast({{ dbt.dateadd("day", number, date) }} as date)
{%- endmacro %}

{% macro duckdb__add_days(date, number) -%}
    ({{ date }} + cast({{ number }} as integer))
{%- endmacro %}

{#- The day from which a value counts that has always been known. -#}
{% macro always() -%}
    cast('0001-01-01' as date)
{%- endmacro %}
