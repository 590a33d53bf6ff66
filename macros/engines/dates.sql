{#- Dates and times, as each engine has them. -#}

{% macro add_days(date, number) -%}
    {{ return(adapter.dispatch("add_days")(date, number)) }}
{%- endmacro %}

{% macro default__add_days(date, number) -%}
    cast({{ dbt.dateadd("day", number, date) }} as date)
{%- endmacro %}

{% macro duckdb__add_days(date, number) -%}
    ({{ date }} + cast({{ number }} as integer))
{%- endmacro %}

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
                '{{ time_form() }}'
            )
            and try_cast({{ expression }} as timestamptz)
            between timestamptz '0001-01-02' and timestamptz '9998-12-31'
            then cast(try_cast({{ expression }} as timestamptz) at time zone 'UTC' as timestamp)
    end
{%- endmacro %}

{#- A text that looks like a time may still be none (30 February), and a cast cannot be tried. -#}
{% macro postgres__try_timestamp(expression) -%}
    pql_try_timestamp({{ expression }})
{%- endmacro %}

{#- Redshift has try_cast, which reads an offset (AWS: "TRY_CAST function"). -#}
{% macro redshift__try_timestamp(expression) -%}
    {%- set cell = "upper(cast(" ~ expression ~ " as varchar))" -%}
    case
        when {{ cell }} ~ '^{{ time_form() }}$'
            and try_cast({{ cell }} as timestamptz)
            between timestamptz '0001-01-02' and timestamptz '9998-12-31'
            then cast(try_cast({{ cell }} as timestamptz) at time zone 'UTC' as timestamp)
    end
{%- endmacro %}

{#- try_cast drops an offset on Snowflake (docs: "TRY_TO_TIMESTAMP"), which names none as UTC, and
    knows no slashes by itself: the profile sets the session to UTC. -#}
{% macro snowflake__try_timestamp(expression) -%}
    {%- set cell = "upper(cast(" ~ expression ~ " as varchar))" -%}
    {%- set time = "try_to_timestamp_tz(regexp_replace(replace(" ~ cell ~ ", '/', '-'), ' ?(Z|UTC|GMT)$', ''))" -%}
    case
        when regexp_like({{ cell }}, '{{ time_form() }}')
            and {{ time }} between '0001-01-02' and '9998-12-31'
            then cast(convert_timezone('UTC', {{ time }}) as timestamp_ntz)
    end
{%- endmacro %}

{#- BigQuery's timestamp is a moment; its text knows hyphens alone (docs: "Timestamp type"), and no more
    than six digits of a second (docs: "CAST AS TIMESTAMP"). -#}
{% macro bigquery__try_timestamp(expression) -%}
    {%- set cell = "upper(cast(" ~ expression ~ " as string))" -%}
    {%- set time = "regexp_replace(replace(" ~ cell ~ ", '/', '-'), ' ?(Z|UTC|GMT)$', '')" -%}
    {%- set time = "safe_cast(regexp_replace(" ~ time ~ ", r'([.][0-9]{6})[0-9]+', r'\\1') as timestamp)" -%}
    case
        when regexp_contains({{ cell }}, r'^{{ time_form() }}$')
            and {{ time }} between timestamp '0001-01-02' and timestamp '9998-12-31'
            then {{ time }}
    end
{%- endmacro %}

{#- Trino casts no text with a T (docs: "Date and time functions", from_iso8601_timestamp_nanos), and
    ISO 8601 has two digits a month. -#}
{% macro trino__try_timestamp(expression) -%}
    {%- set cell = "upper(cast(" ~ expression ~ " as varchar))" -%}
    {%- set iso = "regexp_replace(replace(" ~ cell ~ ", '/', '-'), ' ?(Z|UTC|GMT)$', '')" -%}
    {%- set iso = "replace(regexp_replace(" ~ iso ~ ", ' ([-+])', '$1'), ' ', 'T')" -%}
    {%- set time = "try(from_iso8601_timestamp_nanos(regexp_replace(" ~ iso ~ ", '-([0-9])(?=-|T|$)', '-0$1')))" -%}
    case
        when regexp_like({{ cell }}, '^{{ time_form() }}$')
            and {{ time }} between timestamp '0001-01-02 00:00:00 UTC' and timestamp '9998-12-31 00:00:00 UTC'
            then cast({{ time }} at time zone 'UTC' as timestamp(6))
    end
{%- endmacro %}

{% macro time_form() -%}
    [0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9:.]+ ?(Z|UTC|GMT|[-+][0-9:]{2,8})?)?
{%- endmacro %}

{% macro epoch_as_text(expression, unit) -%}
    {{ return(adapter.dispatch("epoch_as_text")(expression, unit)) }}
{%- endmacro %}

{#- dbt's dateadd knows no parts of a second. -#}
{% macro default__epoch_as_text(expression, unit) -%}
    {%- set seconds = "cast(floor(" ~ try_decimal(expression) ~ " / " ~ unit ~ ") as " ~ dbt.type_bigint() ~ ")" -%}
    {%- set start = "cast('1970-01-01' as " ~ dbt.type_timestamp() ~ ")" -%}
    coalesce(cast({{ dbt.dateadd("second", seconds, start) }} as {{ dbt.type_string() }}), {{ expression }})
{%- endmacro %}

{% macro duckdb__epoch_as_text(expression, unit) -%}
    {%- set microseconds = try_decimal(expression) ~ " * " ~ (1000000 // unit) -%}
    case
        when {{ microseconds }} between 0 and 253000000000000000
            then
                strftime(
                    make_timestamp(cast({{ microseconds }} as bigint)), '%Y-%m-%dT%H:%M:%S.%fZ'
                )
        else {{ expression }}
    end
{%- endmacro %}

{% macro postgres__epoch_as_text(expression, unit) -%}
    {%- set seconds = try_decimal(expression) ~ " / " ~ unit -%}
    case
        when {{ seconds }} between 0 and 253000000000
            then
                to_char(
                    timestamp '1970-01-01' + ({{ seconds }}) * interval '1 second',
                    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
                )
        else {{ expression }}
    end
{%- endmacro %}

{#- Its dateadd takes microseconds (AWS: "Date parts for date or timestamp functions"). -#}
{% macro redshift__epoch_as_text(expression, unit) -%}
    {%- set microseconds = try_decimal(expression) ~ " * " ~ (1000000 // unit) -%}
    case
        when {{ microseconds }} between 0 and 253000000000000000
            then
                to_char(
                    dateadd(microsecond, cast({{ microseconds }} as bigint), timestamp '1970-01-01'),
                    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
                )
        else {{ expression }}
    end
{%- endmacro %}

{#- Its number of digits is its second argument (docs: "TO_TIMESTAMP"). -#}
{% macro snowflake__epoch_as_text(expression, unit) -%}
    {%- set microseconds = try_decimal(expression) ~ " * " ~ (1000000 // unit) -%}
    case
        when {{ microseconds }} between 0 and 253000000000000000
            then
                to_char(
                    to_timestamp_ntz(cast({{ microseconds }} as decimal(18, 0)), 6),
                    'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"'
                )
        else {{ expression }}
    end
{%- endmacro %}

{% macro bigquery__epoch_as_text(expression, unit) -%}
    {%- set microseconds = try_decimal(expression) ~ " * " ~ (1000000 // unit) -%}
    case
        when {{ microseconds }} between 0 and 253000000000000000
            then
                format_timestamp(
                    '%Y-%m-%dT%H:%M:%E6SZ', timestamp_micros(cast({{ microseconds }} as int64)), 'UTC'
                )
        else {{ expression }}
    end
{%- endmacro %}

{#- from_unixtime takes a double, which has too few digits (docs: "from_unixtime_nanos"); to 2262. -#}
{% macro trino__epoch_as_text(expression, unit) -%}
    {%- set nanoseconds = try_decimal(expression) ~ " * " ~ (1000000000 // unit) -%}
    case
        when {{ nanoseconds }} between 0 and 9200000000000000000
            then to_iso8601(from_unixtime_nanos(cast({{ nanoseconds }} as bigint)))
        else {{ expression }}
    end
{%- endmacro %}

{% macro in_utc(local_time, zone) -%}
    {{ return(adapter.dispatch("in_utc")(local_time, zone)) }}
{%- endmacro %}

{% macro default__in_utc(local_time, zone) -%}
    to_utc_timestamp({{ local_time }}, {{ text_literal(zone) }})
{%- endmacro %}

{% macro duckdb__in_utc(local_time, zone) -%}
    timezone('UTC', timezone({{ text_literal(zone) }}, {{ local_time }}))
{%- endmacro %}

{% macro postgres__in_utc(local_time, zone) -%}
    timezone('UTC', timezone({{ text_literal(zone) }}, {{ local_time }}))
{%- endmacro %}

{% macro snowflake__in_utc(local_time, zone) -%}
    convert_timezone({{ text_literal(zone) }}, 'UTC', {{ local_time }})
{%- endmacro %}

{#- A time without a zone is a datetime there, and a moment a timestamp. -#}
{% macro bigquery__in_utc(local_time, zone) -%}
    timestamp(datetime({{ local_time }}, 'UTC'), {{ text_literal(zone) }})
{%- endmacro %}

{% macro trino__in_utc(local_time, zone) -%}
    cast(with_timezone({{ local_time }}, {{ text_literal(zone) }}) at time zone 'UTC' as timestamp(6))
{%- endmacro %}

{#- Text that says its own offset, or is no time, stays as it is. -#}
{% macro in_utc_text(expression, zone) -%}
    {%- set has_offset = "regexp_replace(upper(" ~ expression ~ "), '.*:[0-9.]+ ?(Z|UTC|GMT|[-+][0-9:]{2,8})$', '') = ''" -%}
    case
        when not {{ has_offset }}
            then
                coalesce(
                    cast({{ in_utc(try_timestamp(expression), zone) }} as {{ dbt.type_string() }}),
                    {{ expression }}
                )
        else {{ expression }}
    end
{%- endmacro %}

{% macro spark__add_days(date, number) -%}
    date_add({{ date }}, cast({{ number }} as int))
{%- endmacro %}

{% macro spark__try_timestamp(expression) -%}
    {%- set cell = "cast(" ~ expression ~ " as string)" -%}
    {%- set time = "try_cast(replace(upper(" ~ cell ~ "), '/', '-') as timestamp)" -%}
    case
        when
            upper({{ cell }})
            rlike '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9:.]+ ?(Z|UTC|GMT|[-+][0-9:]{2,8})?)?$'
            and {{ time }} between timestamp '0001-01-02' and timestamp '9998-12-31'
            then {{ time }}
    end
{%- endmacro %}

{% macro spark__epoch_as_text(expression, unit) -%}
    {%- set microseconds = try_decimal(expression) ~ " * " ~ (1000000 // unit) -%}
    case
        when {{ microseconds }} between 0 and 253000000000000000
            then date_format(
                timestamp_micros(cast({{ microseconds }} as bigint)),
                "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"
            )
        else {{ expression }}
    end
{%- endmacro %}

{#- Those of dbt lose parts of a second, and round up where others count the boundaries between. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as int), cast({{ from_date_or_timestamp }} as timestamp))
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == "day" -%}
        datediff({{ second_date }}, {{ first_date }})
    {%- else -%}
        {%- set starts = [] -%}
        {%- for date in (first_date, second_date) -%}
            {%- do starts.append("date_trunc('" ~ datepart ~ "', " ~ date ~ ")") -%}
        {%- endfor -%}
        timestampdiff({{ datepart }}, {{ starts | join(", ") }})
    {%- endif -%}
{%- endmacro %}
