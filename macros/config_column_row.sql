{#- One column of a config file as a row of int_config_columns.
    file: its name without .csv; column: its entry in the contract; is_found: whether the file has
    it; is_known: whether the contract names it; is_last_key: whether it is the last part of what
    names a row. -#}
{% macro config_column_row(file, column, is_found, is_known=true, is_last_key=false) -%}
    {%- set meta = column.meta -%}
    {%- set referenced = meta.references.split(".") if meta.references else none -%}
    {%- set texts = {
        "file_name": file ~ ".csv",
        "column_name": column.name,
        "column_type": meta.type or "text",
        "allowed_values": config_allowed_values(meta) | join("|"),
        "referenced_file": referenced[0] ~ ".csv" if referenced else "",
        "referenced_column": referenced[1] if referenced else "",
        "severity": meta.severity or "error",
        "expectation": config_expectation(column),
    } -%}
    {%- set numbers = {
        "at_least": meta.min,
        "more_than": meta.above,
        "at_most": meta.max,
        "max_decimals": meta.max_decimals,
    } -%}
    {%- set booleans = {
        "is_last_key": is_last_key,
        "is_required": meta.required or false,
        "is_found": is_found,
        "is_known": is_known,
    } -%}
    select
        {%- for name, text in texts.items() %}
        {%- set literal = dbt.string_literal(dbt.escape_single_quotes(text)) if text else "null" %}
        cast({{ literal }} as {{ dbt.type_string() }}) as {{ name }},
        {%- endfor %}
        {%- for name, number in numbers.items() %}
        cast({{ number if number is number else "null" }} as decimal(28, 6)) as {{ name }},
        {%- endfor %}
        {%- for name, boolean in booleans.items() %}
        {{ boolean | lower }} as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- The words that may stand in a cell; none where any may. -#}
{% macro config_allowed_values(meta) -%}
    {{ return(["true", "false"] if meta.type == "boolean" else meta.allowed or []) }}
{%- endmacro %}

{#- What a cell may hold, in words that follow "write": type and bounds, and what blank means. -#}
{% macro config_expectation(column) -%}
    {%- set meta = column.meta -%}
    {%- set words = config_allowed_values(meta) | join(", ") -%}
    {%- set nouns = {
        "list": "texts separated by |",
        "integer": "a whole number",
        "decimal": "a number",
        "date": "a date such as 2026-01-31",
        "domain": "a mail domain such as example.com",
        "url": "an address that starts with https://",
        "name": "up to 40 lower-case letters, digits and _, a letter first",
    } -%}
    {%- set parts = [nouns.get(meta.type, "a text")] -%}
    {%- if meta.references -%}
        {%- set file, referenced_column = meta.references.split(".") -%}
        {%- set parts = ["a " ~ referenced_column ~ " of " ~ file ~ ".csv"] -%}
        {%- if words -%}{%- do parts.append("or " ~ words) -%}{%- endif -%}
    {%- elif words -%}
        {%- set parts = ["one or more of " if meta.type == "list" else "one of ", words] -%}
        {%- set parts = [parts | join] -%}
        {%- if meta.type == "list" -%}{%- do parts.append("separated by |") -%}{%- endif -%}
    {%- elif meta.max is defined -%}
        {%- do parts.append("from " ~ meta.min ~ " to " ~ meta.max) -%}
    {%- elif meta.min is defined -%}
        {%- do parts.append("of " ~ meta.min ~ " or more") -%}
    {%- elif meta.above is defined -%}
        {%- do parts.append("above " ~ meta.above) -%}
    {%- endif -%}
    {%- if meta.max_decimals is defined -%}
        {%- do parts.append("with at most " ~ meta.max_decimals ~ " decimals") -%}
    {%- endif -%}
    {%- set expectation = parts | join(" ") -%}
    {%- if "Blank: " in column.description -%}
        {%- set meaning = column.description.split("Blank: ")[1].strip().rstrip(".") -%}
        {%- set expectation = expectation ~ ", or leave the cell blank (" ~ meaning ~ ")" -%}
    {%- endif -%}
    {{ return(expectation) }}
{%- endmacro %}
