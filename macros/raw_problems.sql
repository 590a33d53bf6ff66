{#- What the contract of the raw tables (models/staging/_staging__sources.yml) asks of each column,
    and of which a table falls short: selects, one for each thing that can be wrong. The rows of
    events are judged one by one, in staging. -#}
{% macro raw_problems() -%}
    {%- set selects = [] -%}
    {#- so that dbt learns while it parses which tables are read -#}
    {%- do ref("stg_product__forgotten_names") if not execute -%}
    {%- for table in required_raw_tables() + var("raw_tables") -%}
        {%- do ref(table) if var("raw_source") == "demo" else source("raw", table) -%}
        {%- set found = raw_columns(table) -%}
        {%- set columns = raw_contract(table).values() if execute else [] -%}
        {%- set keys = columns | selectattr("meta.key") | map(attribute="name") | list -%}
        {%- if found is none and table in required_raw_tables() -%}
            {%- do selects.append(raw_absence(table, "", "the table is missing")) -%}
        {%- endif -%}
        {%- for column in columns if found is not none -%}
            {%- set name = column.name -%}
            {%- set cell = {"table": table, "key": keys[0] or name, "column": name} -%}
            {%- if name not in found -%}
                {%- if column.meta.key -%}
                    {%- do selects.append(raw_absence(table, name, "the column is missing")) -%}
                {%- endif -%}
            {%- elif table != "events" -%}
                {%- do selects.extend(raw_cell_problems(cell, column)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(selects) }}
{%- endmacro %}

{% macro raw_absence(table, column, problem) -%}
    select
        '{{ table }}' as file_name,
        '' as row_key,
        '{{ column }}' as column_name,
        '{{ problem }}' as problem,
        'add it: the raw contract in the docs says what belongs there' as mend,
        'error' as severity
{%- endmacro %}

{#- cell: see raw_problem; column: its entry in the contract. -#}
{% macro raw_cell_problems(cell, column) -%}
    {%- set name = column.name -%}
    {%- set meta = column.meta -%}
    {%- set selects = [] -%}
    {%- if meta.key -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is null", "no " ~ name ~ ": set aside", "give every row its " ~ name,
            "warning"
        )) -%}
    {%- endif -%}
    {%- if meta.unique -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and row_count > 1",
            name ~ " stands more than once: the latest row counts",
            "send one row for each " ~ name, "warning"
        )) -%}
    {%- endif -%}
    {%- if meta.allowed -%}
        {%- do selects.append(raw_problem(
            cell, "lower(" ~ name ~ ") not in ('" ~ meta.allowed | join("', '") ~ "')",
            name ~ " without a meaning", "write one of: " ~ meta.allowed | join(", "), "warning"
        )) -%}
    {%- endif -%}
    {%- if column.data_type == "timestamp" -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ try_timestamp(name) ~ " is null",
            name ~ " cannot be read as a time",
            "write it as 2026-01-31T12:00:00Z, or leave it blank", "error"
        )) -%}
    {%- elif column.data_type in ("integer", "decimal") -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ try_decimal(name) ~ " is null",
            name ~ " cannot be read as a number, and counts as missing",
            "write digits, with a point before the decimals", "warning"
        )) -%}
    {%- endif -%}
    {{ return(selects) }}
{%- endmacro %}

{#- One row of int_raw_problems if any row of a raw table meets a condition: the first such row, and
    how many there are.
    cell: a dictionary with the table, the column, and the key that tells the table's rows apart;
    condition: SQL over the raw columns and row_count, the number of rows with that value;
    problem, mend: plain English, the problem to follow "<n> row(s): "; severity: error or warning. -#}
{% macro raw_problem(cell, condition, problem, mend, severity) -%}
    select
        '{{ cell.table }}' as file_name,
        '{{ cell.key }} ' || coalesce(row_key, '(blank)') as row_key,
        '{{ cell.column }}' as column_name,
        cast(bad_count as {{ dbt.type_string() }}) || ' row(s): {{ problem }}'
        || coalesce(', such as "' || bad_value || '"', '') as problem,
        '{{ mend }}' as mend,
        '{{ severity }}' as severity
    from (
        select
            row_key,
            bad_value,
            count(*) over () as bad_count,
            row_number() over (order by row_key, bad_value) as bad_rank
        from (
            select
                {{ cell.key }} as row_key,
                cast({{ cell.column }} as {{ dbt.type_string() }}) as bad_value,
                {{ cell.column }},
                count(*) over (partition by {{ cell.column }}) as row_count
            from {{ raw_table(cell.table) }} as raw_rows
        ) as counted_rows
        where {{ condition }}
    ) as bad_rows
    where bad_rank = 1
{%- endmacro %}
