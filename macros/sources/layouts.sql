{#- What is read of vendors' tables. What they may be called is written once, in the yml of each vendor
    (models/sources); a found column is what raw_cell reads, as of any raw table. -#}

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
