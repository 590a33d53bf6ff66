{#- A text (ISO 8601, an offset allowed) or a native time as a timestamp in UTC, or null where it is
    not readable. -#}
{% macro try_timestamp(expression) -%}
    {{ return(adapter.dispatch("try_timestamp")(expression)) }}
{%- endmacro %}

{% macro default__try_timestamp(expression) -%}
    {{ dbt.safe_cast(expression, dbt.type_timestamp()) }}
{%- endmacro %}

{#- Only digits in the order of ISO 8601, with T or a blank, and Z, UTC, GMT or an offset: DuckDB also
    reads PST, of which nobody knows whether it was meant so in summer, and years of two digits.
    Through timestamptz, so that the offset counts: the profile sets the session to UTC. What is
    stored as a time has none, and goes the short way: time zones are slow. DuckDB also reads
    "infinity" and the year 294247, of which no day can be counted on. -#}
{% macro duckdb__try_timestamp(expression) -%}
    case
        when
            typeof({{ expression }}) = 'TIMESTAMP'
            and try_cast({{ expression }} as timestamp)
            between timestamp '0001-01-02' and timestamp '9998-12-31'
            then try_cast({{ expression }} as timestamp)
        when
            regexp_full_match(
                upper(cast({{ expression }} as varchar)),
                '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9:.]+ ?(Z|UTC|GMT|[-+][0-9:]{2,8})?)?'
            )
            and try_cast({{ expression }} as timestamptz)
            between timestamptz '0001-01-02' and timestamptz '9998-12-31'
            then cast(try_cast({{ expression }} as timestamptz) at time zone 'UTC' as timestamp)
    end
{%- endmacro %}
