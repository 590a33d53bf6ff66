{#- Decimals, as each engine has them. BigQuery's have 9 digits after the point, and 29 before it: no
    decimal of the project has more (docs: "Decimal types"), but for the type of a fraction. -#}

{% macro type_fraction() -%}
    {{ return(adapter.dispatch("type_fraction")()) }}
{%- endmacro %}

{% macro default__type_fraction() -%}
    decimal(20, 18)
{%- endmacro %}

{% macro bigquery__type_fraction() -%}
    bignumeric(20, 18)
{%- endmacro %}

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
                trim({{ expression }}), '{{ number_form() }}'
            )
            then try_cast(trim({{ expression }}) as decimal(28, 6))
    end
{%- endmacro %}

{#- dbt's safe_cast is a plain cast on Redshift, which has try_cast all the same. -#}
{% macro redshift__try_decimal(expression) -%}
    case
        when trim({{ expression }}) ~ '^{{ number_form() }}$'
            then try_cast(trim({{ expression }}) as decimal(28, 6))
    end
{%- endmacro %}

{% macro snowflake__try_decimal(expression) -%}
    case
        when regexp_like(trim({{ expression }}), '{{ number_form() }}')
            then try_to_decimal(trim({{ expression }}), 28, 6)
    end
{%- endmacro %}

{#- numeric(38, 9), whose cast rounds half away from zero (docs: "CAST AS NUMERIC"), as round does. -#}
{% macro bigquery__try_decimal(expression) -%}
    case
        when regexp_contains(trim({{ expression }}), r'^{{ number_form() }}$')
            and abs(safe_cast(trim({{ expression }}) as numeric)) < 9999999999999999999999
            then round(safe_cast(trim({{ expression }}) as numeric), 6)
    end
{%- endmacro %}

{% macro trino__try_decimal(expression) -%}
    case
        when regexp_like(trim({{ expression }}), '^{{ number_form() }}$')
            then try_cast(trim({{ expression }}) as decimal(28, 6))
    end
{%- endmacro %}

{% macro number_form() -%}
    [-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?
{%- endmacro %}

{% macro floor_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch("floor_divide")(numerator, denominator)) }}
{%- endmacro %}

{#- A quotient may be rounded up to a whole one; what is left of the numerator without the remainder
    has a whole one. -#}
{% macro default__floor_divide(numerator, denominator) -%}
    {%- set whole, part = "cast(" ~ numerator ~ " as decimal(28, 6))", "cast(" ~ denominator ~ " as decimal(28, 6))" -%}
    round(({{ whole }} - mod({{ whole }}, {{ part }})) / {{ part }}, 0)
{%- endmacro %}

{#- Not Postgres' div, which Redshift lacks. -#}
{% macro redshift__floor_divide(numerator, denominator) -%}
    {{ return(default__floor_divide(numerator, denominator)) }}
{%- endmacro %}

{% macro bigquery__floor_divide(numerator, denominator) -%}
    div(cast({{ numerator }} as bignumeric), cast({{ denominator }} as bignumeric))
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
    nullif(cast({{ expression }} as {{ dbt.type_string() }}), 'NaN')
{%- endmacro %}

{#- A whole double is written 1.2E1 there. -#}
{% macro trino__float_as_text(expression) -%}
    case
        when is_nan({{ expression }}) then null
        when abs({{ expression }}) < 1e28 and floor({{ expression }}) = {{ expression }}
            then cast(cast({{ expression }} as decimal(38, 0)) as varchar)
        else cast({{ expression }} as varchar)
    end
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
