{#- The rows of events are judged one by one, in staging. -#}
{% macro raw_problems() -%}
    {%- set selects = [] -%}
    {%- set epoch_units = {1: "seconds", 1000: "milliseconds", 1000000: "microseconds"} -%}
    {#- so that dbt learns while it parses which tables are read -#}
    {%- do ref("stg_product__forgotten_hashes") if not execute -%}
    {%- set acts_of_vendors = sources_of("events") | select("in", filled_by()) | list -%}
    {%- for table in raw_tables_read() -%}
        {%- set parts = parts_by_source(table) -%}
        {%- set found = found_columns(parts) or none -%}
        {%- set columns = raw_contract(table).values() if execute else [] -%}
        {%- set keys = columns | selectattr("meta.key") | map(attribute="name") | list -%}
        {%- if execute and found is none and table in required_raw_tables() -%}
            {%- do selects.append(
                raw_absence(table, "", "the table is missing") if sources_of(table) and not acts_of_vendors
                else unfilled_table(table)
            ) -%}
        {%- endif -%}
        {%- do selects.extend(raw_name_problems(table, parts, columns | map(attribute="name") | list)) -%}
        {%- for column in columns if found is not none -%}
            {%- set name = column.name -%}
            {%- set cell = {"table": table, "key": keys[0] or name, "column": name} -%}
            {%- if name not in found -%}
                {%- if column.meta.key -%}
                    {%- do selects.append(raw_absence(table, name, "the column is missing")) -%}
                {%- endif -%}
            {%- elif table != "events" -%}
                {%- do selects.extend(raw_cell_problems(cell, column)) -%}
            {%- endif -%}
            {%- if column.data_type == "timestamp" and not var("epoch_times").get(table ~ "." ~ name) -%}
                {%- set unit = epoch_units.get(epoch_unit(table, name, parts)) -%}
                {%- do selects.append(raw_name_problem(
                    table, name, "its cells are numbers, read as " ~ unit ~ " since 1970",
                    "nothing, if that is right; `vars: epoch_times` with " ~ table ~ "." ~ name ~ ": "
                    ~ unit ~ " says so", "warning"
                )) if unit -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do selects.extend(raw_folder_problems()) if execute and "canonical" in source_names() and var("raw_path") -%}
    {%- do selects.extend(source_problems()) -%}
    {{ return(selects) }}
{%- endmacro %}

{% macro raw_absence(table, column, problem) -%}
    {{ return(raw_name_problem(
        table, column, problem, "add it: the raw contract in the docs says what belongs there", "error"
    )) }}
{%- endmacro %}

{#- What vendors have no table for is no mistake, as what is missing of one's own is, unless a vendor has
    the events: their people are known without users. -#}
{% macro unfilled_table(table) -%}
    {%- set contract = graph.sources.values() | selectattr("source_name", "equalto", "raw") | selectattr("name", "equalto", table) | first -%}
    {{ return(raw_name_problem(
        table, "", "no table of " ~ source_names() | join(", ") ~ " fills it: " ~ contract.config.meta.without,
        "name a source that has it in `vars: sources`, or leave it", "warning"
    )) }}
{%- endmacro %}

{% macro raw_name_problems(table, parts, columns) -%}
    {%- set selects = [] -%}
    {%- set others = [] -%}
    {%- for part in parts -%}
        {%- set lacking = columns | reject("in", part.columns) | list -%}
        {%- set count_before = selects | length -%}
        {%- for name in part.columns if name not in columns -%}
            {%- set meant = nearest_name(name, lacking) -%}
            {%- if meant -%}
                {%- do selects.append(raw_name_problem(
                    table, name, "no such column is read (" ~ part.place ~ ")",
                    "name it " ~ meant ~ ", or add a column " ~ meant ~ " beside it", "error"
                )) -%}
            {%- elif name not in others -%}
                {%- do others.append(name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if lacking | length == columns | length and selects | length == count_before -%}
            {%- do selects.append(raw_absence(table, "", "none of its columns is there (" ~ part.place ~ ")")) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if others -%}
        {%- do selects.append(raw_name_problem(
            table, "", "columns not read: " ~ others | join(", "),
            "nothing, unless one of them is a column of the raw contract by another name", "warning"
        )) -%}
    {%- endif -%}
    {{ return(selects) }}
{%- endmacro %}

{% macro raw_folder_problems() -%}
    {%- set tables = graph.sources.values() | selectattr("source_name", "equalto", "raw") | map(attribute="name") | list -%}
    {%- set vendors = source_names() | list -%}
    {%- for name in source_names() if name in filled_by() -%}
        {%- for place in source_places(name) -%}
            {%- set base = var("raw_path").rstrip("/") ~ "/" -%}
            {%- set is_below = place.path and place.path.startswith(base) -%}
            {%- do vendors.append((place.path[base | length:].split("/")[0] if is_below else place.name) | lower) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set files = raw_folder(var("raw_path")) | rejectattr("table", "in", vendors) | list -%}
    {%- set lacking = tables | reject("in", files | map(attribute="table") | list) | list -%}
    {%- set selects = [] -%}
    {%- set others = [] -%}
    {%- for holder, held in files | rejectattr("table", "in", tables) | groupby("holder") -%}
        {%- set meant = nearest_name(held[0].table, lacking) -%}
        {%- if meant -%}
            {%- do selects.append(raw_name_problem(
                holder, "", "no table of the raw contract", "name it " ~ meant, "error"
            )) -%}
        {%- else -%}
            {%- do others.append(holder) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if others -%}
        {%- do selects.append(raw_name_problem(
            "raw folder", "", "not read: " ~ others | join(", "),
            "nothing, unless one of them is a table of the raw contract by another name", "warning"
        )) -%}
    {%- endif -%}
    {{ return(selects) }}
{%- endmacro %}

{% macro raw_name_problem(file, column, problem, suggested_fix, severity) -%}
    select
        {{ text_literal(file) }} as file_name,
        '' as row_key,
        {{ text_literal(column) }} as column_name,
        {{ text_literal(problem) }} as problem,
        {{ text_literal(suggested_fix) }} as suggested_fix,
        '{{ severity }}' as severity
{%- endmacro %}

{% macro raw_cell_problems(cell, column) -%}
    {%- set name = column.name -%}
    {%- set meta = column.meta -%}
    {%- set selects = [] -%}
    {%- set form_fixes = {
        "mail": "write one address, such as ann@acme.example",
        "domain": "write it as acme.example, other scripts in their xn-- form",
        "id": "write the id, or leave it blank: placeholders such as undefined name nobody",
    } -%}
    {%- if meta.key and is_united(cell.table) -%}
        {#- a row without an id is found by its address -#}
    {%- elif meta.key -%}
        {%- set is_of_vendors = not sources_of(cell.table) | reject("in", filled_by()) | list -%}
        {%- do selects.append(raw_problem(
            cell, in_form(name, column) ~ " is null", "no " ~ name ~ ": set aside",
            "name what holds it in `vars: sources`, or a source of your own that knows it" if is_of_vendors
            else "give every row its " ~ name, "warning"
        )) -%}
    {%- elif meta.form -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ in_form(name, column) ~ " is null",
            name ~ " names nobody, and counts as missing", form_fixes[meta.form],
            "error" if cell.table == "deletion_requests" else "warning"
        )) -%}
    {%- endif -%}
    {%- if meta.unique -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and row_count > 1",
            name ~ " stands more than once: the latest row counts",
            "send one row for each " ~ name, "warning"
        )) -%}
    {%- endif -%}
    {%- if meta.allowed -%}
        {%- do selects.append(raw_problem(
            cell, "lower(" ~ name ~ ") not in ('" ~ meta.allowed | join("', '") ~ "')",
            name ~ " without a meaning", "write one of: " ~ meta.allowed | join(", "), "warning"
        )) -%}
    {%- endif -%}
    {%- if column.data_type == "boolean" -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ try_boolean(name) ~ " is null",
            name ~ " says neither yes nor no, and counts as " ~ (meta.unreadable or "unknown"),
            "write true or false", "warning"
        )) -%}
    {%- elif column.data_type == "timestamp" -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ try_timestamp(name) ~ " is null",
            name ~ " cannot be read as a time",
            "write it as 2026-01-31T12:00:00Z, or leave it blank", "error"
        )) -%}
    {%- elif column.data_type in ("integer", "decimal") -%}
        {%- do selects.append(raw_problem(
            cell, name ~ " is not null and " ~ (money if column.data_type == "decimal" else try_decimal)(name) ~ " is null",
            name ~ " cannot be read as a number, and counts as missing",
            "write digits, with a point before the decimals", "warning"
        )) -%}
    {%- endif -%}
    {{ return(selects) }}
{%- endmacro %}

{% macro raw_problem(cell, condition, problem, suggested_fix, severity) -%}
    select
        '{{ cell.table }}' as file_name,
        '{{ cell.key }} ' || coalesce(row_key, '(blank)') as row_key,
        '{{ cell.column }}' as column_name,
        cast(bad_count as {{ dbt.type_string() }}) || ' row(s): {{ problem }}'
        || coalesce(', such as "' || bad_value || '"', '') as problem,
        '{{ suggested_fix }}' as suggested_fix,
        '{{ severity }}' as severity
    from (
        select
            row_key,
            bad_value,
            count(*) over () as bad_count,
            row_number() over (order by row_key, bad_value) as bad_rank
        from (
            select
                {{ cell.key }} as row_key,
                cast({{ cell.column }} as {{ dbt.type_string() }}) as bad_value,
                {{ cell.column }},
                count(*) over (partition by {{ cell.column }}, origin) as row_count
            from {{ raw_table(cell.table, as_given=true, by_source=true) }} as raw_rows
        ) as counted_rows
        where {{ condition }}
    ) as bad_rows
    where bad_rank = 1
{%- endmacro %}

{% macro nearest_name(name, known) -%}
    {%- set nearest = namespace(name=none, distance=none) -%}
    {%- for other in known | sort -%}
        {%- set plain = modules.re.sub("[-_ ]", "", other | lower) -%}
        {%- set distance = edit_distance(modules.re.sub("[-_ ]", "", name | lower), plain) -%}
        {%- set is_nearer = nearest.name is none or distance < nearest.distance -%}
        {%- if 4 * distance <= plain | length and is_nearer -%}
            {%- set nearest.name, nearest.distance = other, distance -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(nearest.name) }}
{%- endmacro %}

{% macro edit_distance(one, other) -%}
    {%- set rows = namespace(last=range(other | length + 1) | list) -%}
    {%- for letter in one -%}
        {%- set row = [loop.index] -%}
        {%- for wanted in other -%}
            {%- set replaced = rows.last[loop.index0] + (letter != wanted) -%}
            {%- do row.append([row[-1] + 1, rows.last[loop.index] + 1, replaced] | min) -%}
        {%- endfor -%}
        {%- set rows.last = row -%}
    {%- endfor -%}
    {{ return(rows.last[-1]) }}
{%- endmacro %}
