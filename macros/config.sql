{#- How the files of a config folder are read. What they are, and what may stand in them, is written
    once, in seeds/config/_config__seeds.yml. -#}

{#- A list, as dbt must learn which seeds a model reads before it knows the contract. -#}
{% macro config_files() -%}
    {{ return([
        "signals", "definitions", "definition_rules", "fit_rules", "category_caps",
        "special_domains", "overrides", "routing_rules", "content_offers",
    ]) }}
{%- endmacro %}

{% macro config_contract(file) -%}
    {%- for seed in graph.get("nodes", {}).values() -%}
        {%- if seed.resource_type == "seed" and seed.name == file -%}
            {%- for name in seed.columns if name not in seed.config.column_types -%}
                {%- do exceptions.raise_compiler_error(
                    "loaded_as_text in _config__seeds.yml lacks " ~ name ~ " of " ~ file
                    ~ ": config files are loaded as text"
                ) -%}
            {%- endfor -%}
            {{ return(seed.columns.values() | list) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}

{#- The seed, or the table of `vars: config_schema`, where one is called like the file. -#}
{% macro config_relation(file) -%}
    {%- set seed = ref(file) -%}
    {%- if not (execute and flags.INTROSPECT and var("config_schema")) -%}
        {{ return(seed) }}
    {%- endif -%}
    {%- set table = adapter.get_relation(target.database or none, var("config_schema"), file) -%}
    {%- if not table and file in ("signals", "definitions", "definition_rules") -%}
        {%- do exceptions.raise_compiler_error(
            "vars: config_schema: there is no table " ~ file ~ " in the schema "
            ~ var("config_schema") ~ "; load it there, or leave the var blank"
        ) -%}
    {%- endif -%}
    {{ return(table or seed) }}
{%- endmacro %}

{#- The database is asked, for a plain `dbt build` takes a file that lacks columns, or has more. -#}
{% macro config_columns_found(file) -%}
    {%- set relation = config_relation(file) -%}
    {%- set names = [] -%}
    {%- if execute and flags.INTROSPECT -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names or config_contract(file) | map(attribute="name") | list) }}
{%- endmacro %}

{% macro config_rows(file) -%}
    {%- set found = config_columns_found(file) -%}
    {%- set columns = config_contract(file) -%}
    {%- set names = columns | map(attribute="name") | list -%}
    {%- set version = "cast(" ~ config_integer("version") ~ " as " ~ dbt.type_string() ~ ")" -%}
    select
        *,
        {%- if "version" in names %}
        definition_id || '@' || {{ version }} as definition_key,
        {%- endif %}
        {% for column in columns if column.meta.key -%}
            {{ ("|| ' v' || " if column.name == "version" else "|| ' / ' || ") if not loop.first -}}
            coalesce({{ version ~ ", " if column.name == "version" }}{{ column.name }}, '?')
        {% endfor -%}
        as row_key
    from (
        select
            {%- for column in columns %}
            {% if column.name in found -%}
            {{ config_cell(column) }}
            {%- else -%}
            cast(null as {{ dbt.type_string() }})
            {%- endif %} as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ config_relation(file) }}
    ) as cells
    where coalesce({{ names | join(", ") }}) is not null
{%- endmacro %}

{#- Ids, and what is compared with data, keep their case. -#}
{% macro config_cell(column) -%}
    {%- set is_word = column.meta.allowed is defined and column.meta.references is not defined -%}
    {%- set cell = "trim(cast(" ~ column.name ~ " as " ~ dbt.type_string() ~ "))" -%}
    {%- if column.meta.type == "list" -%}
        {%- set cell = normalize_list(cell) -%}
    {%- endif -%}
    {%- if is_word or column.meta.type in ("boolean", "domain") -%}
        {%- set cell = "lower(" ~ cell ~ ")" -%}
    {%- endif -%}
    nullif({{ cell }}, '')
{%- endmacro %}

{% macro config_decimal(cell, data_type) -%}
    cast(
        case
            when abs({{ try_decimal(cell) }}) <= {{ config_largest_number() }}
                then {{ try_decimal(cell) }}
        end as {{ data_type }}
    )
{%- endmacro %}

{% macro config_integer(cell) -%}
    cast(
        case
            when
                abs({{ try_decimal(cell) }}) <= {{ config_largest_number() }}
                and {{ try_decimal(cell) }} = floor({{ try_decimal(cell) }})
                then {{ try_decimal(cell) }}
        end as {{ dbt.type_int() }}
    )
{%- endmacro %}

{#- So that each number fits the type to which it is cast. -#}
{% macro config_largest_number() -%}
    1000000000
{%- endmacro %}

{#- Gathered here, and written as rows by int_config_columns; none while dbt parses. -#}
{% macro config_columns() -%}
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
    {{ return(columns) }}
{%- endmacro %}

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
        {%- set parts = [("one or more of " if meta.type == "list" else "one of ") ~ words] -%}
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

{% macro config_allowed_values(meta) -%}
    {{ return(["true", "false"] if meta.type == "boolean" else meta.allowed or []) }}
{%- endmacro %}

{% macro built_in_event_names() -%}
    {{ return([
        "@signed_up", "@trial_started", "@paid_started", "@subscription_ended",
        "@marketing_qualified",
    ]) }}
{%- endmacro %}
