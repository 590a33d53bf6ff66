{#- What the contract says of each column, and what the files have: gathered first, then written as
    rows. -#}
{%- set columns = [] -%}
{%- for file in config_files() -%}
    {%- set found = config_columns_found(file) -%}
    {%- set contract = config_contract(file) -%}
    {%- set keys = contract | selectattr("meta.key") | map(attribute="name") | list -%}
    {%- for column in contract -%}
        {%- set meta = column.meta -%}
        {%- set referenced = meta.references.split(".") if meta.references else none -%}
        {%- do columns.append({
            "file_name": file ~ ".csv",
            "column_name": column.name,
            "column_type": meta.type or "text",
            "allowed_values": config_allowed_values(meta) | join("|"),
            "referenced_file": referenced[0] ~ ".csv" if referenced else none,
            "referenced_column": referenced[1] if referenced else none,
            "severity": meta.severity or "error",
            "expectation": config_expectation(column),
            "at_least": meta.min,
            "more_than": meta.above,
            "at_most": meta.max,
            "max_decimals": meta.max_decimals,
            "is_last_key": column.name == keys | last,
            "is_required": meta.required or false,
            "is_found": column.name in found,
            "is_known": true,
        }) -%}
    {%- endfor -%}
    {%- for name in found if name not in contract | map(attribute="name") -%}
        {%- do columns.append({
            "file_name": file ~ ".csv",
            "column_name": name,
            "column_type": "text",
            "severity": "error",
            "expectation": "a text",
            "is_found": true,
        }) -%}
    {%- endfor -%}
{%- endfor -%}

with

config_columns as (

    {#- while dbt parses there is no contract, and one row, of nothing -#}
    {%- for column in columns or [{}] %}
    select
        {%- for name in [
            "file_name", "column_name", "column_type", "allowed_values", "referenced_file",
            "referenced_column", "severity", "expectation",
        ] %}
        cast({{ text_literal(column[name]) if column[name] else "null" }} as {{ dbt.type_string() }})
            as {{ name }},
        {%- endfor %}
        {%- for name in ["at_least", "more_than", "at_most", "max_decimals"] %}
        cast({{ column[name] if column[name] is number else "null" }} as decimal(28, 6)) as {{ name }},
        {%- endfor %}
        {%- for name in ["is_last_key", "is_required", "is_found", "is_known"] %}
        {{ column.get(name, false) | lower }} as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select *
from config_columns
where column_name is not null
