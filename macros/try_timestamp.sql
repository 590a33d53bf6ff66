{#- A text (ISO 8601, an offset allowed) or a native time as a timestamp in UTC, or null where it is
    not readable. -#}
{% macro try_timestamp(expression) -%}
    {{ return(adapter.dispatch("try_timestamp")(expression)) }}
{%- endmacro %}

{% macro default__try_timestamp(expression) -%}
    {{ dbt.safe_cast(expression, dbt.type_timestamp()) }}
{%- endmacro %}

{#- Through timestamptz, so that the offset counts: the profile sets the session to UTC. DuckDB also
    reads "infinity", which is no time. -#}
{% macro duckdb__try_timestamp(expression) -%}
    case
        when isfinite(try_cast({{ expression }} as timestamptz))
            then cast(try_cast({{ expression }} as timestamptz) at time zone 'UTC' as timestamp)
    end
{%- endmacro %}
