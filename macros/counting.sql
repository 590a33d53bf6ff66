{#- How events are counted day by day. -#}

{% macro counting_settings() -%}
    {%- set parts = [
        source_names() | join(" "), var("raw_path"), var("raw_database"), var("raw_schema"),
        var("max_clock_skew_hours"), var("earliest_event_date"), var("placeholder_ids") | join("|"),
    ] -%}
    {%- set contract = raw_contract("events") -%}
    {%- set events = raw_parts("events") -%}
    {%- set columns = found_columns(events) -%}
    {%- for name in ("occurred_at", "received_at") if columns and execute -%}
        {%- do parts.append(name ~ " in " ~ epoch_unit("events", name, events)) -%}
    {%- endfor -%}
    {%- for name, type in columns | dictsort if name in contract -%}
        {%- do parts.append(name ~ " " ~ type) -%}
    {%- endfor -%}
    {%- for source in sources_of("events") if execute and source in filled_by() -%}
        {%- do parts.append(source_fingerprint(source)) -%}
    {%- endfor -%}
    {%- do parts.append(sql_fingerprint((
        "staging/product/stg_product__events.sql", "intermediate/incremental/int_events_this_run.sql",
        "intermediate/incremental/int_event_rejects.sql", "intermediate/incremental/int_signal_counts.sql",
    ))) -%}
    {{ return(local_md5(parts | join("|"))) }}
{%- endmacro %}

{% macro first_scanned_day() -%}
    {%- set counting_fingerprint = ref("int_counting_fingerprint") -%}
    {%- set manifest = existing_relation("int_counting_manifest") -%}
    {%- set is_whole = flags.FULL_REFRESH or not existing_relation("int_event_rejects") -%}
    {%- if not manifest or is_whole or var("raw_days_look_back") in ("", none) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set last_day, other_ways = run_query(
        "select max(manifest.event_date), "
        ~ "sum(case when manifest.fingerprint <> ways.fingerprint then 1 else 0 end) "
        ~ "from " ~ manifest ~ " as manifest cross join " ~ counting_fingerprint ~ " as ways"
    ).rows[0] -%}
    {%- if last_day is none or other_ways -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(last_day - modules.datetime.timedelta(days=var("raw_days_look_back") | int)) }}
{%- endmacro %}

{% macro incremental_by_day(column) -%}
    {%- set config = incremental_by_list(
        "int_days_to_process", "int_counting_manifest", [column], ["event_date"]
    ) -%}
    {{ return(dict(config, full_refresh=false)) }}
{%- endmacro %}

{% macro no_date() -%}
    cast('0001-01-01' as date)
{%- endmacro %}

{#- One range for each run of changed days, or, where those are very many, from the first to the last. -#}
{% macro on_days_to_process(column, type) -%}
    {#- asked while dbt parses as well, so that it learns what is read -#}
    {%- set is_kept_so = type == "date" or raw_columns("events").occurred_at == "timestamp" -%}
    {%- if execute and load_relation(ref("int_days_to_process")) -%}
        {%- set days = run_query(
            "select event_date from " ~ ref("int_days_to_process") ~ " order by event_date"
        ).columns[0].values() -%}
        {%- if not days -%}
    where 1 = 0
        {%- elif is_kept_so and days[0].year > 1 -%}
            {%- set one_day = modules.datetime.timedelta(days=1) -%}
            {%- set starts = [] -%}
            {%- set ends = [] -%}
            {%- for day in days -%}
                {%- do starts.append(day) if loop.first or loop.previtem + one_day < day -%}
                {%- do ends.append(day + one_day) if loop.last or loop.nextitem > day + one_day -%}
            {%- endfor -%}
            {%- set are_many = starts | length > 100 %}
            {%- set sql_type = api.Column.translate_type(type) %}
    where
            {%- for start in (starts[:1] if are_many else starts) %}
        {{ "or " if not loop.first }}(
            {{ column }} >= cast('{{ start }}' as {{ sql_type }})
            and {{ column }} < cast('{{ ends[-1] if are_many else ends[loop.index0] }}' as {{ sql_type }})
        )
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
