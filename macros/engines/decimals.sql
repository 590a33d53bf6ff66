{#- Decimals, as each engine has them. -#}

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

{% macro float_as_text(expression) -%}
    {{ return(adapter.dispatch("float_as_text")(expression)) }}
{%- endmacro %}

{% macro default__float_as_text(expression) -%}
    cast({{ expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro duckdb__float_as_text(expression) -%}
    case
        when isnan({{ expression }}) then null
        when try_cast({{ expression }} as hugeint) = {{ expression }}
            then cast(try_cast({{ expression }} as hugeint) as varchar)
        else cast({{ expression }} as varchar)
    end
{%- endmacro %}

{#- As large as a decimal(28, 6) can be: what is larger raises an error. -#}
{% macro postgres__try_decimal(expression) -%}
    case
        when
            trim({{ expression }})
            ~ '^[-+]?([0-9]{1,200}[.]?[0-9]{0,200}|[.][0-9]{1,200})([eE][-+]?0*[0-9]{1,3})?$'
            then
                case
                    when abs(cast(trim({{ expression }}) as numeric)) < 9999999999999999999999.9999995
                        then cast(cast(trim({{ expression }}) as numeric) as decimal(28, 6))
                end
    end
{%- endmacro %}

{% macro postgres__floor_divide(numerator, denominator) -%}
    div(cast({{ numerator }} as numeric), cast({{ denominator }} as numeric))
{%- endmacro %}

{% macro postgres__float_as_text(expression) -%}
    case
        when {{ expression }} = 'NaN' then null
        when abs({{ expression }}) < 1e38 and floor({{ expression }}) = {{ expression }}
            then cast(cast({{ expression }} as decimal(38, 0)) as text)
        else cast({{ expression }} as text)
    end
{%- endmacro %}

{#- An integral quotient of decimals would be a bigint. -#}
{% macro spark__floor_divide(numerator, denominator) -%}
    {%- set remainder = "mod(cast(" ~ numerator ~ " as decimal(38, 12)), cast(" ~ denominator ~ " as decimal(38, 12)))" -%}
    round((cast({{ numerator }} as decimal(38, 12)) - {{ remainder }}) / {{ denominator }})
{%- endmacro %}

{% macro spark__try_decimal(expression) -%}
    case
        when trim({{ expression }}) rlike '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$'
            then try_cast(trim({{ expression }}) as decimal(28, 6))
    end
{%- endmacro %}

{% macro spark__float_as_text(expression) -%}
    case
        when isnan({{ expression }}) then null
        when abs({{ expression }}) < 1e38 and floor({{ expression }}) = {{ expression }}
            then cast(cast({{ expression }} as decimal(38, 0)) as string)
        else cast({{ expression }} as string)
    end
{%- endmacro %}
