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
