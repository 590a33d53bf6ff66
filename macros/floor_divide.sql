{#- How many whole times one decimal goes into another, exactly: floor(0.3 / 0.1) is 3.
    numerator: up to 6 decimals; denominator: up to 12, above 0. -#}
{% macro floor_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch("floor_divide")(numerator, denominator)) }}
{%- endmacro %}

{% macro default__floor_divide(numerator, denominator) -%}
    floor({{ numerator }} / {{ denominator }})
{%- endmacro %}

{#- A quotient of decimals is a double on DuckDB: divide whole numbers of millionths of millionths,
    in two steps, as large numbers leave no room for twelve digits at once. -#}
{% macro duckdb__floor_divide(numerator, denominator) -%}
    (
        cast(cast({{ numerator }} as decimal(38, 6)) * 1000000 as hugeint) * 1000000
        // cast(
            cast(cast({{ denominator }} as decimal(38, 12)) * 1000000 as decimal(38, 6)) * 1000000
            as hugeint
        )
    )
{%- endmacro %}
