{#- Where a vendor's tables are: a folder, or a schema. -#}

{#- In SQL, for whoever reads the rows of a table unless they are in one of these. -#}
{% macro table_list(origin, table) -%}
    {%- set names = ["''"] -%}
    {%- do source(origin, table) -%}
    {%- for found in tables_found(source_contract(origin, table), origin) -%}
        {%- do names.append(text_literal(found.place.name ~ "." ~ found.name)) -%}
    {%- endfor -%}
    {{ return(names | join(", ")) }}
{%- endmacro %}

{#- The first of the names, in each place; or all tables with certain columns. -#}
{% macro tables_found(contract, origin) -%}
    {%- set meta = contract.meta -%}
    {%- set chosen = (var("sources").get(origin) or {}).get(meta.option, "all") -%}
    {%- set found = [] -%}
    {%- for place in source_places(origin) if chosen not in ("none", false) -%}
        {%- set tables = tables_at(place) -%}
        {%- set wanted = [] -%}
        {%- set left_out = "^(" ~ as_list(meta.tables_without) | join("|") ~ ")$" -%}
        {%- for name in as_list(meta.tables) or (tables if meta.tables_with else [contract.name]) | sort -%}
            {%- set is_chosen = chosen is string or chosen is boolean or name in chosen | map("lower") -%}
            {%- if name in tables and is_chosen and not modules.re.match(left_out, name) -%}
                {%- set parts = parts_at(place, name, tables[name]) -%}
                {%- set columns = found_columns(parts) -%}
                {%- if not as_list(meta.tables_with) | reject("in", columns) | list -%}
                    {%- do wanted.append({"place": place, "name": name, "parts": parts}) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do found.extend(wanted[:1] if meta.tables or not meta.tables_with else wanted) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro source_places(origin) -%}
    {%- set options = var("sources").get(origin) or {} -%}
    {%- set default_path = var("raw_path").rstrip("/") ~ "/" ~ origin if var("raw_path") and not options.schema else none -%}
    {%- set places = [] -%}
    {%- for path in as_list(options.path or default_path) -%}
        {%- do places.append({"name": path.rstrip("/").split("/")[-1], "path": path}) -%}
    {%- endfor -%}
    {%- for schema in as_list(options.schema) -%}
        {%- do places.append({"name": schema, "schema": schema, "database": options.database or target.database or none}) -%}
    {%- endfor -%}
    {%- if execute and not places -%}
        {{ raw_error("vars: sources", origin ~ " does not say where it is; give it a schema, or a path to a folder of files") }}
    {%- endif -%}
    {{ return(places if execute and flags.INTROSPECT else []) }}
{%- endmacro %}

{% macro tables_at(place) -%}
    {%- set tables = {} -%}
    {%- if place.path -%}
        {%- for file in raw_folder(place.path) -%}
            {%- do tables.setdefault(file.table, []).append(file) -%}
        {%- endfor -%}
        {{ return(tables) }}
    {%- endif -%}
    {%- for table, column, type in schema_columns(place.database, place.schema) -%}
        {%- do tables.setdefault(table | lower, {"name": table, "columns": []}).columns.append((column, type)) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{% macro parts_at(place, name, held) -%}
    {%- if place.path -%}
        {{ return(raw_file_parts(name, held)) }}
    {%- endif -%}
    {%- set relation = api.Relation.create(place.database, place.schema, held.name) -%}
    {{ return([raw_part(relation, place.name ~ "." ~ name, held.columns)]) }}
{%- endmacro %}

{% macro schema_columns(database, schema) -%}
    {{ return(adapter.dispatch("schema_columns")(database, schema)) }}
{%- endmacro %}

{#- One look at all tables, as each look takes a second on some warehouses. -#}
{% macro default__schema_columns(database, schema) -%}
    {{ return(run_query(
        "select table_name, column_name, data_type from information_schema.columns "
        ~ "where lower(table_catalog) = " ~ text_literal(database | lower)
        ~ " and lower(table_schema) = " ~ text_literal(schema | lower)
        ~ " order by table_name, ordinal_position"
    ).rows) }}
{%- endmacro %}

{% macro databricks__schema_columns(database, schema) -%}
    {{ return(default__schema_columns(database, schema)) }}
{%- endmacro %}

{#- There is no information_schema. -#}
{% macro spark__schema_columns(database, schema) -%}
    {%- set found = [] -%}
    {%- set is_there = adapter.check_schema_exists(none, schema) -%}
    {%- for table in run_query("show tables in " ~ adapter.quote(schema)).rows if is_there -%}
        {%- set relation = api.Relation.create(schema=schema, identifier=table["tableName"]) -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do found.append((relation.identifier, column.name, column.dtype)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
