{#- Which column of a vendor's table is meant, by the spellings in the vendor's yml. -#}

{% macro names_of(column, table_meta, chosen) -%}
    {%- set meta = column.meta -%}
    {%- set names = [] -%}
    {%- for property in as_list(chosen or meta.property) -%}
        {%- for spelling in as_list(table_meta.spellings) -%}
            {%- do names.append(spelling | replace("*", property)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return((names + as_list(chosen or meta.names)) or [column.name]) }}
{%- endmacro %}

{#- Of "groups.{group_type}" the option stands in the braces; without it, the name is none. -#}
{% macro names_meant(names, columns, options) -%}
    {%- set meant = [] -%}
    {%- for name in names -%}
        {%- set option = modules.re.search("[{](.*)[}]", name) -%}
        {%- if name.endswith("*") -%}
            {%- for column in columns | sort if column.startswith(name[:-1] | lower) -%}{%- do meant.append(column) -%}{%- endfor -%}
        {%- elif not option -%}
            {%- do meant.append(name) -%}
        {%- elif options[option[1]] -%}
            {%- do meant.append(name.replace(option[0], options[option[1]])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(meant) }}
{%- endmacro %}

{% macro found_column(column, columns, names, table) -%}
    {%- set holds = column.meta.holds -%}
    {%- if holds == "place" -%}
        {{ return(sql_column(text_literal(table.place.name))) }}
    {%- elif holds == "table" -%}
        {{ return(sql_column(text_literal(table.name))) }}
    {%- elif holds == "rest" -%}
        {{ return(sql_column(rest_as_json(columns, column.meta))) }}
    {%- endif -%}
    {%- set unit = {"epoch_s": 1, "epoch_ms": 1000, "epoch_us": 1000000}.get(column.data_type) -%}
    {%- set found = [] -%}
    {%- for name in names -%}
        {%- set head = name.split(".")[0] | lower -%}
        {%- if name.startswith("=") -%}
            {%- do found.append(sql_column(text_literal(name[1:]))) -%}
        {%- elif name | lower in columns -%}
            {%- set there = columns[name | lower] -%}
            {%- do found.append(dict(there, unit=unit) if unit and there.kind != "timestamp" else there) -%}
        {%- elif "." in name and head in columns -%}
            {%- set kind = "nested" if columns[head].kind == "nested" else "text" -%}
            {%- do found.append(dict(columns[head], kind=kind, unit=unit, path=name.split(".")[1:])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if column.meta.first_filled and found | length > 1 -%}
        {%- set cells = [] -%}
        {%- for one in found -%}{%- do cells.append(raw_cell(column, one, "other")) -%}{%- endfor -%}
        {{ return(sql_column("coalesce(" ~ cells | join(", ") ~ ")")) }}
    {%- endif -%}
    {{ return(found[0] if found else none) }}
{%- endmacro %}

{% macro sql_column(sql) -%}
    {{ return({"sql": sql, "kind": "text", "type": "text"}) }}
{%- endmacro %}

{#- A property named like a column of the vendor's own is not told apart from it. -#}
{% macro rest_as_json(columns, meta) -%}
    {%- set left_out = "^(" ~ as_list(meta.without) | join("|") ~ ")$" -%}
    {%- set wanted = columns if meta.columns is undefined else meta.columns | map("lower") | list -%}
    {%- set cells = {} -%}
    {%- set prefix = meta.prefix or "" -%}
    {%- for name, column in columns | dictsort if name in wanted and name.startswith(prefix) and not modules.re.match(left_out, name) -%}
        {%- set cell = "raw_rows." ~ adapter.quote(column.name) -%}
        {%- set is_text = column.type | lower in ("varchar", "text", "string") -%}
        {%- do cells.update({name[prefix | length:]: "nullif(" ~ cell ~ ", '')" if is_text else cell}) -%}
    {%- endfor -%}
    {{ return(pack_json(cells)) }}
{%- endmacro %}

{% macro source_conditions(meta, columns, chosen) -%}
    {%- set cells = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do cells.update({name: "lower(cast(raw_rows." ~ adapter.quote(column.name) ~ " as " ~ dbt.type_string() ~ "))"}) -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {#- a flag, or the time at which it was deleted -#}
    {%- for name in as_list(meta.deleted) if name | lower in cells -%}
        {%- set cell = "nullif(" ~ cells[name | lower] ~ ", '')" -%}
        {%- do conditions.append("not coalesce(" ~ try_boolean(cell) ~ ", " ~ cell ~ " is not null)") -%}
    {%- endfor -%}
    {%- for name in as_list(meta.current) if name | lower in cells -%}
        {%- do conditions.append("coalesce(" ~ try_boolean(cells[name | lower]) ~ ", true)") -%}
    {%- endfor -%}
    {%- for name, values in (meta.only or {}).items() if name | lower in cells -%}
        {%- do conditions.append(cells[name | lower] ~ " in ('" ~ as_list(values) | join("', '") ~ "')") -%}
    {%- endfor -%}
    {%- for name, values in chosen.items() if name | lower in cells -%}
        {%- set literals = [] -%}
        {%- for value in ([values] if values is number else as_list(values)) -%}{%- do literals.append(text_literal(value | string | lower)) -%}{%- endfor -%}
        {%- do conditions.append(cells[name | lower] ~ " in (" ~ literals | join(", ") ~ ")") -%}
    {%- endfor -%}
    {%- for name, values in (meta.without or {}).items() if name | lower in cells -%}
        {%- do conditions.append("coalesce(" ~ cells[name | lower] ~ ", '') not in ('" ~ as_list(values) | join("', '") ~ "')") -%}
    {%- endfor -%}
    {%- for name in as_list(meta.filled) if name | lower in cells -%}
        {%- do conditions.append("nullif(" ~ cells[name | lower] ~ ", '') is not null") -%}
    {%- endfor -%}
    {{ return(conditions) }}
{%- endmacro %}

{% macro wide_attributes(origin, tables) -%}
    {%- set stated = as_list((var("sources").get(origin) or {}).attributes) -%}
    {%- set names = [] -%}
    {%- for table in tables if execute and not stated -%}
        {%- set contract = source_contract(origin, table) -%}
        {%- set known = ["^" ~ contract.columns.columns_of_all.meta.without | join("|^")] -%}
        {%- for column in contract.columns.values() -%}
            {%- for name in as_list(column.meta.names) -%}{%- do known.append("^" ~ name ~ "$") -%}{%- endfor -%}
        {%- endfor -%}
        {%- for found in tables_found(contract, origin) -%}
            {%- for name in found_columns(found.parts) if not modules.re.search(known | join("|"), name) -%}
                {%- do names.append(name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(stated or names | unique | sort or ["no_column"]) }}
{%- endmacro %}
