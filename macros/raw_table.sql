{#- Where raw data enters. -#}

{#- A raw table with just the columns of its contract (models/staging/_staging__sources.yml), as a
    subquery: text, but for times that are stored as times. What the table does not have is null; a
    table that is not there has no rows (int_raw_problems says so where it must be there). People who
    asked to be forgotten are left out: `meta: forget` of a column that names a person says whether
    the row goes with the person, or, where the row names an account as well, the cell alone.
    name: a table of the contract. -#}
{% macro raw_table(name) -%}
    {%- set contract = raw_contract(name) -%}
    {%- set people = contract.values() | selectattr("meta.forget") | list -%}
    {#- so that dbt learns while it parses what is read -#}
    {%- set forgotten = ref("stg_product__forgotten_names") if people or not execute -%}
    {%- if not people or raw_columns("deletion_requests") is none -%}
        {{ return(all_raw_rows(name)) }}
    {%- endif -%}
    (
        select
            {%- for column in contract.values() %}
            {% if column.meta.forget == "cell" -%}
            case when forgotten_{{ column.name }}.name is null then raw_rows.{{ column.name }} end as {{ column.name }}
            {%- else -%}
            raw_rows.{{ column.name }}
            {%- endif %}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ all_raw_rows(name) }} as raw_rows
        {%- for column in people %}
        {%- set cell = "raw_rows." ~ column.name %}
        left join {{ forgotten }} as forgotten_{{ column.name }}
            on {{ "lower(" ~ cell ~ ")" if column.name == "email" else cell }} = forgotten_{{ column.name }}.name
            {%- if "entity_type" in contract %} and lower(raw_rows.entity_type) = 'user'{% endif %}
        {%- endfor %}
        where
            {%- for column in people %}
            {{ "and " if not loop.first -}}
            {%- set is_stranger = "forgotten_" ~ column.name ~ ".name is null" -%}
            {{ "(" ~ is_stranger ~ " or raw_rows.account_id is not null)" if column.meta.forget == "cell" else is_stranger }}
            {%- endfor %}
    )
{%- endmacro %}

{#- The rows of a raw table, of everybody. name: a table of the contract. -#}
{% macro all_raw_rows(name) -%}
    {%- if var("raw_source") == "demo" -%}
        {%- set relation = ref(name) -%}
    {%- else -%}
        {%- set relation = source("raw", name) -%}
    {%- endif -%}
    {%- set contract = raw_contract(name) -%}
    {%- set found = raw_columns(name) -%}
    (
        select
            {%- for column in contract.values() %}
            {% if found is none or column.name not in found -%}
            cast(null as {{ dbt.type_string() }})
            {%- elif column.data_type == "timestamp" and found[column.name] == "timestamp" -%}
            raw_rows.{{ adapter.quote(column.name) }}
            {%- else -%}
            nullif(trim(cast(raw_rows.{{ adapter.quote(column.name) }} as {{ dbt.type_string() }})), '')
            {%- endif %} as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        {%- if found is none %}
        from (select 1 as no_table) as raw_rows
        where 1 = 0
        {%- elif var("raw_source") != "demo" and var("raw_path") %}
        from {{ raw_files(name) }} as raw_rows
        {%- else %}
        from {{ relation }} as raw_rows
        {%- endif %}
    )
{%- endmacro %}

{#- The contract's columns of a raw table: a dictionary by name (empty while dbt parses). -#}
{% macro raw_contract(name) -%}
    {%- set tables = graph.sources.values() | selectattr("source_name", "equalto", "raw") if execute else [] -%}
    {%- for table in tables if table.name == name -%}
        {{ return(table.columns) }}
    {%- endfor -%}
    {{ return({"no_column": {"name": "no_column", "data_type": "text", "meta": {}}}) }}
{%- endmacro %}

{#- The columns that a raw table has: a dictionary from name to `timestamp` (a native time) or
    `other`; none where the table is not there. -#}
{% macro raw_columns(name) -%}
    {%- set found = {} -%}
    {%- if not execute or var("raw_source") == "demo" -%}
        {%- for column in raw_contract(name).values() -%}
            {%- do found.update({column.name: "other"}) -%}
        {%- endfor -%}
        {{ return(found) }}
    {%- endif -%}
    {%- if name not in var("raw_tables") and name not in required_raw_tables() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if var("raw_path") -%}
        {%- set files = raw_files(name) -%}
        {%- set rows = run_query("describe select * from " ~ files) if files else [] -%}
        {%- for row in rows -%}
            {%- do found.update({row[0] | lower: raw_type(row[1])}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set relation = load_relation(source("raw", name)) -%}
        {%- for column in adapter.get_columns_in_relation(relation) if relation -%}
            {%- do found.update({column.name | lower: raw_type(column.dtype)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found or none) }}
{%- endmacro %}

{% macro required_raw_tables() -%}
    {{ return(["events", "users"]) }}
{%- endmacro %}

{% macro raw_type(data_type) -%}
    {{ return("timestamp" if data_type | lower in ("date", "datetime") or "timestamp" in data_type | lower else "other") }}
{%- endmacro %}

{#- The DuckDB expression that reads a raw table's files (`<name>.parquet`, `<name>.csv`, or a folder
    of such files); none where there are none. Every CSV cell is read as text: a guessed type would
    change ids such as 007, and lose the offset of a time. -#}
{% macro raw_files(name) -%}
    {%- set base = var("raw_path") | replace("'", "''") ~ "/" ~ name -%}
    {%- set readers = {
        ".parquet": "read_parquet('{}', union_by_name = true)",
        "/**/*.parquet": "read_parquet('{}', union_by_name = true)",
        ".csv": "read_csv('{}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', union_by_name = true)",
        "/**/*.csv": "read_csv('{}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', union_by_name = true)",
    } -%}
    {%- for suffix, reader in readers.items() if execute -%}
        {%- if run_query("select 1 from glob('" ~ base ~ suffix ~ "') limit 1") | length -%}
            {{ return(reader.format(base ~ suffix)) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
