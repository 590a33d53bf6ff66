{#- Where raw data enters. -#}

{% macro raw_table(name, as_given=false, by_source=false) -%}
    {%- set contract = raw_contract(name) -%}
    {%- set people = contract.values() | selectattr("meta.forget") | list -%}
    {#- so that dbt learns while it parses what is read -#}
    {%- set forgotten = ref("stg_product__forgotten_hashes") if people or not execute -%}
    {%- set requests = raw_columns("deletion_requests") if people or not execute -%}
    {%- if not people or requests is none -%}
        {{ return(all_raw_rows(name, as_given, by_source)) }}
    {%- endif -%}
    (
        select
            {%- for column in contract.values() %}
            {% if column.meta.forget == "cell" -%}
            case when forgotten_{{ column.name }}.name_hash is null then raw_rows.{{ column.name }} end as {{ column.name }}
            {%- else -%}
            raw_rows.{{ column.name }}
            {%- endif %}{{ "," if by_source or not loop.last }}
            {%- endfor %}
            {%- if by_source %}
            raw_rows.origin,
            raw_rows.trust_rank
            {%- endif %}
        from {{ all_raw_rows(name, as_given, by_source) }} as raw_rows
        {%- for column in people %}
        {%- set cell = "raw_rows." ~ column.name %}
        left join {{ forgotten }} as forgotten_{{ column.name }}
            on
                {{ dbt.hash(in_form(cell, column) if as_given else cell) }}
                = forgotten_{{ column.name }}.name_hash
            {%- if "entity_type" in contract %} and lower(raw_rows.entity_type) = 'user'{% endif %}
        {%- endfor %}
        where
            {%- for column in people %}
            {{ "and " if not loop.first -}}
            {%- set is_stranger = "forgotten_" ~ column.name ~ ".name_hash is null" -%}
            {{ "(" ~ is_stranger ~ " or raw_rows.account_id is not null)" if column.meta.forget == "cell" else is_stranger }}
            {%- endfor %}
    )
{%- endmacro %}

{% macro all_raw_rows(name, as_given=false, by_source=false) -%}
    {%- set contract = raw_contract(name) -%}
    {%- set parts = parts_by_source(name) if by_source else raw_parts(name) -%}
    {%- set found = found_columns(parts) -%}
    {%- set units = {} -%}
    {%- for column in contract.values() if column.data_type == "timestamp" and found.get(column.name) == "other" -%}
        {%- do units.update({column.name: epoch_unit(name, column.name, parts)}) -%}
    {%- endfor -%}
    (
        {%- for part in parts %}
        {{ "union all" if not loop.first }}
        select
            {%- for column in contract.values() %}
            {%- set cell = raw_cell(column, part.columns[column.name], found[column.name]) %}
            {%- set cell = epoch_as_text(cell, units[column.name]) if part.origin == "canonical" and units.get(column.name) else cell %}
            {%- set cell = "'" ~ part.origin ~ ":' || " ~ cell if column.meta.prefix and part.is_prefixed else cell %}
            {{ cell if as_given else in_form(cell, column) }} as {{ column.name }}{{ "," if by_source or not loop.last }}
            {%- endfor %}
            {%- if by_source %}
            '{{ part.origin }}' as origin,
            {{ part.trust_rank }} as trust_rank
            {%- endif %}
        from {{ part.source }} as raw_rows
        {%- else %}
        select
            {%- for column in contract %}
            cast(null as {{ dbt.type_string() }}) as {{ column }}{{ "," if by_source or not loop.last }}
            {%- endfor %}
            {%- if by_source %}
            '' as origin,
            0 as trust_rank
            {%- endif %}
        from (select 1 as no_table) as raw_rows
        where 1 = 0
        {%- endfor %}
    )
{%- endmacro %}

{% macro raw_cell(column, found, kind) -%}
    {%- set is_time = column.data_type == "timestamp" and kind == "timestamp" -%}
    {%- if not found -%}
        {{ return("cast(null as " ~ (dbt.type_timestamp() if is_time else dbt.type_string()) ~ ")") }}
    {%- elif found.sql -%}
        {{ return(found.sql) }}
    {%- endif -%}
    {%- set cell = "raw_rows." ~ adapter.quote(found.name) -%}
    {%- if is_time -%}
        {{ return(in_utc(cell, found.timezone) if found.timezone else cell) }}
    {%- elif found.kind == "nested" -%}
        {%- set text = nested_as_json(cell) -%}
    {%- elif found.kind == "float" -%}
        {%- set text = float_as_text(cell) -%}
    {%- else -%}
        {%- set text = "cast(" ~ cell ~ " as " ~ dbt.type_string() ~ ")" -%}
    {%- endif -%}
    {%- set text = json_at(text, found.path) if found.path else text -%}
    {%- set text = "nullif(trim(" ~ text ~ "), '')" -%}
    {%- set text = epoch_as_text(text, found.unit) if found.unit else text -%}
    {#- seconds since 1970 by a local clock -#}
    {%- set text = "regexp_replace(" ~ text ~ ", 'Z$', '')" if found.unit and found.timezone else text -%}
    {{ return(in_utc_text(text, found.timezone) if found.timezone else text) }}
{%- endmacro %}

{% macro raw_contract(name) -%}
    {%- set tables = graph.sources.values() | selectattr("source_name", "equalto", "raw") if execute else [] -%}
    {%- for table in tables if table.name == name -%}
        {{ return(table.columns) }}
    {%- endfor -%}
    {{ return({"no_column": {"name": "no_column", "data_type": "text", "meta": {}}}) }}
{%- endmacro %}

{% macro raw_columns(name) -%}
    {{ return(found_columns(raw_parts(name)) or none) }}
{%- endmacro %}

{% macro found_columns(parts) -%}
    {%- set found = {} -%}
    {%- for part in parts -%}
        {%- for name, column in part.columns.items() -%}
            {%- set is_time = column.kind == "timestamp" and found.get(name) != "other" -%}
            {%- do found.update({name: "timestamp" if is_time else "other"}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro raw_parts(name) -%}
    {{ return(parts_of_source("united", name) if is_united(name) else parts_by_source(name)) }}
{%- endmacro %}

{% macro is_united(name) -%}
    {{ return(name in ("users", "accounts") and sources_of(name) | length > 1) }}
{%- endmacro %}

{% macro parts_by_source(name) -%}
    {%- set parts = [] -%}
    {%- set origins = sources_of(name) -%}
    {%- for origin in origins -%}
        {%- set rank = loop.index -%}
        {#- unique within a source alone -#}
        {%- set is_prefixed = origins | length > 1 or (name == "events" and origin in filled_by()) -%}
        {%- for part in parts_of_source(origin, name) -%}
            {%- do parts.append(dict(part, trust_rank=rank, is_prefixed=is_prefixed)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

{% macro parts_of_source(origin, name) -%}
    {#- so that dbt learns while it parses what is read -#}
    {%- set relation = raw_relation(origin, name) -%}
    {%- if not execute or origin == "demo" -%}
        {%- set columns = [] -%}
        {%- for column in raw_contract(name) -%}{%- do columns.append((column, "text")) -%}{%- endfor -%}
        {{ return([raw_part(relation, name, columns, origin)]) }}
    {%- elif origin == "canonical" and name not in var("raw_tables") + required_raw_tables() -%}
        {{ return([]) }}
    {%- elif origin == "canonical" and var("raw_path") -%}
        {%- set files = raw_folder(var("raw_path"), name) | selectattr("table", "equalto", name) | list -%}
        {{ return(raw_file_parts(name, files, origin)) }}
    {%- endif -%}
    {%- set existing = load_relation(relation) -%}
    {%- set columns = [] -%}
    {%- for column in (adapter.get_columns_in_relation(existing) if existing else []) -%}
        {%- do columns.append((column.name, column.dtype)) -%}
    {%- endfor -%}
    {{ return([raw_part(relation, name, columns, origin)] if existing else []) }}
{%- endmacro %}

{% macro raw_relation(origin, name) -%}
    {%- if origin == "demo" -%}
        {{ return(ref(name)) }}
    {%- elif origin == "canonical" -%}
        {{ return(source("raw", name)) }}
    {%- endif -%}
    {{ return(ref(origin ~ "__" ~ name)) }}
{%- endmacro %}

{% macro raw_part(source, place, columns, origin="") -%}
    {%- do check_names(place, columns | map("first") | list) -%}
    {%- set found = {} -%}
    {%- for name, type in columns -%}
        {%- do found.update({name | lower: {"name": name, "kind": raw_kind(type), "type": type}}) -%}
    {%- endfor -%}
    {{ return({"source": source, "place": place, "columns": found, "origin": origin}) }}
{%- endmacro %}

{% macro check_names(place, names) -%}
    {%- set lower = names | map("lower") | list -%}
    {%- for name in lower if lower.count(name) > 1 -%}
        {{ raw_error(place, "the column " ~ name ~ " is there twice (in any case of its letters); remove one") }}
    {%- endfor -%}
{%- endmacro %}

{% macro required_raw_tables() -%}
    {{ return(["events", "users"]) }}
{%- endmacro %}

{% macro raw_kind(data_type) -%}
    {%- set type = data_type | lower -%}
    {%- if type.endswith("]") or type.startswith(
        ("struct", "map", "union", "array", "list", "row", "record", "object", "variant", "super")
    ) -%}
        {{ return("nested") }}
    {%- elif type.startswith(("float", "double", "real")) -%}
        {{ return("float") }}
    {%- elif "timestamp" in type or type in ("date", "datetime") -%}
        {{ return("timestamp") }}
    {%- endif -%}
    {{ return("text") }}
{%- endmacro %}
