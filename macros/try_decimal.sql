{#- A text as decimal(28, 6), or null where it is not a plain number ("5", "-0.5", "1e3"). -#}
{% macro try_decimal(expression) -%}
    {{ return(adapter.dispatch("try_decimal")(expression)) }}
{%- endmacro %}

{% macro default__try_decimal(expression) -%}
    {{ dbt.safe_cast(expression, "decimal(28, 6)") }}
{%- endmacro %}

{#- DuckDB also reads "1_000" as a number, which no other engine does. -#}
{% macro duckdb__try_decimal(expression) -%}
    case
        when
            regexp_full_match(
                trim({{ expression }}), '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?'
            )
            then try_cast(trim({{ expression }}) as decimal(28, 6))
    end
{%- endmacro %}
