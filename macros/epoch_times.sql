{#- Times that are stored as numbers since 1970. -#}

{#- Of which unit the numbers of a raw column are, a power of ten of seconds (1, 1000, 1000000); none
    where its cells are no such numbers. Said by `vars: epoch_times`, or seen from the column as a whole:
    nothing is guessed of a row, so a column with times of both kinds is none.
    name: a table of the contract; column: the name of its column; parts: see raw_parts. -#}
{% macro epoch_unit(name, column, parts) -%}
    {%- set stated = var("epoch_times").get(name ~ "." ~ column) -%}
    {%- if stated or not execute or var("raw_source") == "demo" -%}
        {{ return({"seconds": 1, "milliseconds": 1000, "microseconds": 1000000}.get(stated)) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for part in parts if column in part.columns and part.columns[column].kind != "timestamp" -%}
        {%- do selects.append(
            "select trim(cast(" ~ adapter.quote(part.columns[column].name) ~ " as " ~ dbt.type_string()
            ~ ")) as cell from " ~ (part.source or source("raw", name)) ~ " as raw_rows"
        ) -%}
    {%- endfor -%}
    {%- set cells = "(" ~ selects | join(" union all ") ~ ") as cells where cell <> ''" -%}
    {#- for a column of ISO 8601 one look at one cell is enough -#}
    {%- set first = run_query("select cell from " ~ cells ~ " limit 1").rows if selects else [] -%}
    {%- if not first or not first[0][0].replace(".", "").isdigit() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set is_number = try_decimal("cell") ~ " is not null" -%}
    {%- set length = "length(" ~ dbt.split_part("cell", "'.'", 1) ~ ")" -%}
    {%- set counts = run_query(
        "select count(*), sum(case when cell like '%-%' then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 10 then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 13 then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 16 then 1 else 0 end) "
        ~ "from " ~ cells
    ).rows[0] -%}
    {#- a few may be broken, but none may be of another kind -#}
    {%- for unit, count in [(1, counts[2]), (1000, counts[3]), (1000000, counts[4])] -%}
        {%- set others = counts[1] + counts[2] + counts[3] + counts[4] - count -%}
        {%- if others == 0 and count >= 0.9 * counts[0] -%}
            {{ return(unit) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- A number since 1970 as a text in ISO 8601; as it is, where it is none.
    expression: the cell; unit: see epoch_unit. -#}
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
