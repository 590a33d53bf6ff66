{#- What is read of vendors' tables. What they may be called is written once, in the yml of each vendor
    (models/sources); a found column is what raw_cell reads, as of any raw table. -#}

{#- A list, as dbt must learn which views are read before it knows the models. -#}
{% macro filled_by() -%}
    {{ return({
        "amplitude": ["events", "users", "identity_links"],
        "application": ["events", "users", "accounts", "subscriptions"],
        "chargebee": ["accounts", "subscriptions"],
        "enrichment": ["attributes"],
        "ga4": ["events", "identity_links"],
        "heap": ["events", "users", "identity_links"],
        "hubspot": [
            "users", "accounts", "identity_links", "account_links", "opportunities", "marketing_leads",
            "contact_verifications", "sales_activities", "lead_responses",
        ],
        "mixpanel": ["events", "users", "identity_links"],
        "pendo": ["events", "users", "accounts"],
        "posthog": ["events", "users", "accounts", "identity_links"],
        "recurly": ["accounts", "subscriptions"],
        "salesforce": [
            "users", "accounts", "identity_links", "account_links", "opportunities", "marketing_leads",
            "contact_verifications", "sales_activities", "lead_responses",
        ],
        "segment": ["events", "users", "accounts", "identity_links"],
        "snowplow": ["events", "identity_links"],
        "stripe": ["accounts", "subscriptions"],
        "verification": ["contact_verifications"],
    }) }}
{%- endmacro %}

{% macro source_names() -%}
    {%- set known = ["demo", "canonical"] + filled_by() | list -%}
    {%- for name in var("sources") if name not in known -%}
        {{ raw_error("vars: sources", name ~ " is no source; name one of " ~ known | join(", ")) }}
    {%- endfor -%}
    {{ return(var("sources") | list or [var("raw_source")]) }}
{%- endmacro %}

{% macro sources_of(table) -%}
    {%- set names = [] -%}
    {%- for name in source_names() if table in filled_by().get(name, [table]) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro raw_tables_read() -%}
    {%- set tables = [] -%}
    {%- for name in source_names() -%}
        {%- do tables.extend(filled_by().get(name, var("raw_tables"))) -%}
    {%- endfor -%}
    {{ return((required_raw_tables() + tables) | unique | list) }}
{%- endmacro %}

{% macro source_rows(origin, tables) -%}
    {%- set contracts = [] -%}
    {%- for table in as_list(tables) -%}
        {#- so that dbt learns what is read -#}
        {%- do source(origin, table) -%}
        {%- do contracts.append(source_contract(origin, table)) -%}
    {%- endfor -%}
    {{ return(rows_of_layouts(contracts, origin)) }}
{%- endmacro %}

{% macro source_contract(origin, table) -%}
    {%- set tables = graph.sources.values() | selectattr("source_name", "equalto", origin) if execute else [] -%}
    {%- for contract in tables if contract.name == table -%}
        {{ return(dict(contract, meta=contract.config.meta)) }}
    {%- endfor -%}
    {{ return({"columns": {}, "meta": {}}) }}
{%- endmacro %}

{% macro rows_of_layouts(contracts, origin) -%}
    {%- set columns = contracts[0].columns.values() | list if execute else [{"name": "no_column"}] -%}
    {%- set parts = [] -%}
    {%- for contract in contracts -%}
        {%- do parts.extend(source_parts(contract, origin)) -%}
    {%- endfor -%}
    {%- set found = found_columns(parts) -%}
    {%- set meta = contracts[0].meta -%}
    (
        {%- if meta.one_per %}
        select
            {%- for column in columns %}
            {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from (
            select
                *,
                row_number() over (
                    partition by {{ meta.one_per }}
                    order by
                        {%- for name in meta.latest_by %}
                        {{ try_timestamp(name) }} desc nulls last{{ "," if not loop.last }}
                        {%- endfor %}
                ) as recency_rank
            from (
        {%- endif %}
        {%- for part in parts %}
        {{ "union all" if not loop.first }}
        select
            {%- for column in columns %}
            {{ raw_cell(as_raw_column(column), part.columns[column.name], found[column.name]) }} as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ part.source }} as raw_rows
        {%- for condition in part.conditions %}
        {{ "where" if loop.first else "and" }} {{ condition }}
        {%- endfor %}
        {%- else %}
        select
            {%- for column in columns %}
            cast(null as {{ dbt.type_string() }}) as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from (select 1 as no_table) as raw_rows
        where 1 = 0
        {%- endfor %}
        {%- if meta.one_per %}
            ) as found_rows
        ) as ranked_rows
        where recency_rank = 1 and {{ meta.one_per }} is not null
        {%- endif %}
    )
{%- endmacro %}

{% macro as_raw_column(column) -%}
    {%- set is_time = column.data_type in ("timestamp", "epoch_s", "epoch_ms", "epoch_us") -%}
    {{ return({"name": column.name, "data_type": "timestamp" if is_time else "text", "meta": {}}) }}
{%- endmacro %}

{#- Parts like those of raw_part, their columns under the names of the contract. -#}
{% macro source_parts(contract, origin) -%}
    {%- set options = var("sources").get(origin) or {} -%}
    {%- set parts = [] -%}
    {%- for table in tables_found(contract, origin) -%}
        {%- for part in table.parts -%}
            {%- set columns = {} -%}
            {%- for column in contract.columns.values() -%}
                {%- set stated = (options.columns or {}).get(contract.name ~ "." ~ column.name) -%}
                {%- set names = stated or names_of(column, contract.meta, options.get(column.meta.option)) -%}
                {%- set value = (contract.meta.get("values") or {}).get(column.name) -%}
                {%- set names = "=" ~ value if value else names -%}
                {%- set names = names_meant(as_list(names), part.columns, options) -%}
                {%- set found = found_column(column, part.columns, names, table) -%}
                {%- if found and options.timezone and column.meta.local and "zone" not in found.type | lower -%}
                    {%- set found = dict(found, timezone=options.timezone) -%}
                {%- endif -%}
                {%- do columns.update({column.name: found}) if found -%}
            {%- endfor -%}
            {%- do parts.append({
                "source": part.source,
                "place": table.place.name,
                "table": table.place.name ~ "." ~ table.name,
                "columns": columns,
                "conditions": source_conditions(contract.meta, part.columns, options.only or {}),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

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

{#- One look at all tables, as each look takes a second on some warehouses. -#}
{% macro schema_columns(database, schema) -%}
    {{ return(run_query(
        "select table_name, column_name, data_type from information_schema.columns "
        ~ "where lower(table_catalog) = " ~ text_literal(database | lower)
        ~ " and lower(table_schema) = " ~ text_literal(schema | lower)
        ~ " order by table_name, ordinal_position"
    ).rows) }}
{%- endmacro %}

{% macro as_list(value) -%}
    {%- if value is none or value is undefined -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return([value] if value is string or value is mapping else value | list) }}
{%- endmacro %}

{#- What a build remembers must be counted anew if it is read in another way; further files, and columns
    that are packed, change no row that is there. -#}
{% macro source_fingerprint(origin) -%}
    {%- set view = graph.nodes["model." ~ project_name ~ "." ~ origin ~ "__events"] -%}
    {%- set texts = [tojson(var("sources").get(origin), sort_keys=true), view.checksum.checksum] -%}
    {%- for contract in source_contracts(origin) if contract.unique_id in view.depends_on.nodes or contract.name == "events" -%}
        {%- for part in source_parts(contract, origin) -%}
            {#- a table of each day is part of one -#}
            {%- do texts.append(modules.re.sub("_[0-9]{8}$", "", part.table)) -%}
            {%- do texts.extend(part.conditions) -%}
            {%- for name, found in part.columns | dictsort if contract.columns[name].meta.holds not in ("rest", "table") -%}
                {%- do texts.append([name, found.sql or found.name, found.path, found.unit, found.timezone] | join(" ")) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(texts | unique | join("|")) }}
{%- endmacro %}

{#- Of each source the latest row; each column from the first source that has it. -#}
{% macro by_trust(relation, key, columns) -%}
    select
        {{ key }}
        {%- for column in columns %},
        max(case when {{ column }}_rank = 1 then {{ column }} end) as {{ column }}
        {%- endfor %}
    from (
        select
            *
            {%- for column in columns %},
            row_number() over (
                partition by {{ key }}
                order by case when {{ column }} is null then 1 else 0 end, trust_rank
            ) as {{ column }}_rank
            {%- endfor %}
        from (
            select
                *,
                row_number() over (
                    partition by {{ key }}, trust_rank
                    order by
                        {{ try_timestamp("created_at") }} desc nulls last,
                        {{ columns | join(",\n                        ") }}
                ) as recency_rank
            from {{ relation }}
        ) as source_rows
        where recency_rank = 1
    ) as ranked_rows
    group by {{ key }}
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

{#- Somebody's own tables: what vendors' ymls say of theirs, `vars: sources` says here. -#}
{% macro application_rows(kind) -%}
    {{ return(rows_of_layouts(application_contracts(kind), "application")) }}
{%- endmacro %}

{% macro application_contracts(kind) -%}
    {%- set contracts = [] -%}
    {%- for stated in as_list((var("sources").application or {}).get(kind)) or [{}] -%}
        {%- set columns = {"found_in": {"name": "found_in", "data_type": "text", "meta": {"holds": "table"}}} -%}
        {%- set wanted = raw_contract("users" if kind == "memberships" else kind).values() -%}
        {%- for column in wanted -%}
            {%- set meta = {"names": stated.get(column.name), "local": true} -%}
            {%- if column.name == "properties" and stated.properties is not string -%}
                {%- set meta = {"holds": "rest", "columns": stated.properties or []} -%}
            {%- endif -%}
            {%- do columns.update({column.name: {"name": column.name, "data_type": column.data_type, "meta": meta}}) -%}
        {%- endfor -%}
        {%- do contracts.append({
            "name": kind,
            "columns": columns,
            "meta": {
                "tables": [stated.get("table", "") | lower],
                "filled": stated.happened_if,
                "deleted": stated.deleted if kind == "events" else stated.deleted or [
                    "deleted_at", "is_deleted", "_fivetran_deleted", "_ab_cdc_deleted_at", "_sdc_deleted_at",
                ],
            },
        }) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{%- endmacro %}

{#- What a vendor's statuses mean; one that nobody has given a meaning is passed on, to be warned of. -#}
{% macro meaning_of(status, meanings, origin) -%}
    {%- set given = (var("sources").get(origin) or {}).get("lead_statuses") or {} -%}
    case lower({{ status }})
        {%- for name, meaning in dict(meanings, **given).items() %}
        when {{ text_literal(name | lower) }} then {{ text_literal(meaning) if meaning else "null" }}
        {%- endfor %}
        else {{ status }}
    end
{%- endmacro %}

{#- Salesforce's ids have 15 characters, and in some places 3 more that only check them. -#}
{% macro record_id(expression) -%}
    substring({{ expression }}, 1, 15)
{%- endmacro %}

{#- Of where vendors' tables are; what is in them is judged by the contract that they fill. -#}
{% macro source_problems() -%}
    {%- set selects = [] -%}
    {%- for origin in source_names() if execute and flags.INTROSPECT and origin in filled_by() -%}
        {%- set options = var("sources").get(origin) or {} -%}
        {%- set found = [] -%}
        {%- set is_there = {} -%}
        {%- for contract in source_contracts(origin) -%}
            {%- set parts = source_parts(contract, origin) -%}
            {%- do found.extend(parts | map(attribute="place")) -%}
            {%- for column in contract.columns.values() if parts -%}
                {%- set name = (options.columns or {}).get(contract.name ~ "." ~ column.name) or options.get(column.meta.option) -%}
                {%- set stated = [name] if name is string else name or [] -%}
                {%- set there = parts | selectattr("columns." ~ column.name, "defined") | list | length > 0 -%}
                {%- for one in stated if not one.startswith("=") -%}
                    {%- do is_there.update({one: there or is_there.get(one, false)}) -%}
                {%- endfor -%}
            {%- endfor -%}
            {%- do selects.extend(unreadable_times(origin, contract, parts)) -%}
            {%- for column in contract.columns.values() if column.meta.key and parts -%}
                {%- for part in parts if column.name not in part.columns -%}
                    {%- do selects.append(raw_name_problem(
                        origin, column.name, part.table ~ " has none of the columns that it is read from: "
                        ~ as_list(column.meta.names or column.name) | join(", "),
                        "name the column in `vars: sources`: " ~ origin ~ ": columns: "
                        ~ contract.name ~ "." ~ column.name, "error"
                    )) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for name, there in is_there.items() if not there -%}
            {%- do selects.append(raw_name_problem(
                "vars: sources", origin, "none of its tables has the column " ~ name,
                "name a column that is there, or leave it out", "error"
            )) -%}
        {%- endfor -%}
        {%- for place in source_places(origin) if place.name not in found -%}
            {%- do selects.append(raw_name_problem(
                "vars: sources", origin, "none of its tables is in " ~ (place.path or place.schema),
                "name the schema or the folder that holds them", "error"
            )) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do selects.append(account_conflicts()) if is_united("users") -%}
    {{ return(selects) }}
{%- endmacro %}

{#- An event without a time is rejected, but an end that cannot be read would look like none; in the year
    9999 it is one that is never reached. -#}
{% macro unreadable_times(origin, contract, parts) -%}
    {%- set selects = [] -%}
    {%- set times = ["timestamp", "epoch_s", "epoch_ms", "epoch_us"] -%}
    {%- set has_events = "event_name" in contract.columns or "received_at" in contract.columns -%}
    {%- for part in parts if not has_events -%}
        {%- for name, found in part.columns | dictsort if contract.columns[name].data_type in times and found.kind != "timestamp" -%}
            {%- set cell = raw_cell(as_raw_column(contract.columns[name]), found, "text") -%}
            {%- do selects.append(
                "select " ~ text_literal(origin) ~ " as file_name, '' as row_key, "
                ~ text_literal(name) ~ " as column_name, cast(count(*) as " ~ dbt.type_string()
                ~ ") || " ~ text_literal(" cell(s) of " ~ part.table ~ " are no time, such as ")
                ~ " || min(" ~ cell ~ ") as problem, "
                ~ text_literal("mend them, or name another column in `vars: sources`: " ~ origin
                ~ ": columns: " ~ contract.name ~ "." ~ name) ~ " as suggested_fix, 'error' as severity "
                ~ "from " ~ part.source ~ " as raw_rows where " ~ cell ~ " is not null and "
                ~ cell ~ " not like '9999-%' and " ~ try_timestamp(cell) ~ " is null having count(*) > 0"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(selects) }}
{%- endmacro %}

{#- Of these the account of the more trusted source counts. -#}
{% macro account_conflicts() -%}
    select
        'users' as file_name,
        'user_id ' || min(user_id) as row_key,
        'account_id' as column_name,
        cast(count(*) as {{ dbt.type_string() }})
        || ' user(s): another account in one source than in another, such as "'
        || min(first_account_id) || '" and "' || min(last_account_id) || '"' as problem,
        'see which source knows it, and name that one first in `vars: sources`' as suggested_fix,
        'warning' as severity
    from (
        select
            user_id,
            min(account_id) as first_account_id,
            max(account_id) as last_account_id
        from {{ raw_table("users", by_source=true) }} as raw_rows
        where user_id is not null
        group by user_id
        having min(account_id) <> max(account_id) and count(distinct origin) > 1
    ) as conflicts
    having count(*) > 0
{%- endmacro %}

{% macro source_contracts(origin) -%}
    {%- set contracts = [] -%}
    {%- if origin == "application" -%}
        {%- for kind in ("events", "users", "accounts", "memberships", "subscriptions") -%}
            {%- do contracts.extend(application_contracts(kind)) -%}
        {%- endfor -%}
        {{ return(contracts) }}
    {%- endif -%}
    {%- for table in graph.sources.values() | selectattr("source_name", "equalto", origin) | sort(attribute="name") -%}
        {%- do contracts.append(source_contract(origin, table.name)) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{%- endmacro %}
