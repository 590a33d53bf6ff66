{#- What raw holds now, day by day: a scan of two narrow columns. Where `raw_days_look_back` bounds
    it, the days before are taken to be as they were when they were last counted. -#}
{%- set counts = adapter.get_relation(this.database, this.schema, "int_signal_counts")
    if execute else none -%}
{%- set first_day = first_scanned_day(counts, ref("int_way_of_counting")) -%}
{%- set is_native = raw_columns("events").occurred_at == "timestamp" -%}

with

raw_times as (

    select
        {{ try_timestamp('occurred_at') }} as occurred_at,
        case
            when received_at is null then {{ try_timestamp('occurred_at') }}
            else {{ try_timestamp('received_at') }}
        end as received_at
    from {{ all_raw_rows('events') }} as raw_rows
    {%- if first_day %}
    where
        {{ 'occurred_at' if is_native else try_timestamp('occurred_at') }}
        >= cast('{{ first_day }}' as {{ dbt.type_timestamp() }})
    {%- endif %}

)

select
    coalesce(cast(occurred_at as date), {{ no_date() }}) as event_date,
    cast(count(*) as {{ dbt.type_bigint() }}) as row_count,
    max(received_at) as latest_received_at
from raw_times
group by coalesce(cast(occurred_at as date), {{ no_date() }})
{%- if first_day %}
union all
select
    activity_date as event_date,
    row_count,
    latest_received_at
from {{ counts }}
where signal_id = '@day' and activity_date < cast('{{ first_day }}' as date)
{%- endif %}
