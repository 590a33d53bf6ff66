{#- What raw holds now, day by day: a scan of two narrow columns. -#}
{%- set first_day = first_scanned_day() -%}
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
        -- a native time may lie beyond all that can be read
        and {{ try_timestamp('occurred_at') }} is not null
    {%- endif %}

)

-- a sum of hashes, so that one row out and another in is seen
select
    coalesce(cast(occurred_at as date), {{ no_date() }}) as event_date,
    cast(count(*) as {{ dbt.type_bigint() }}) as row_count,
    sum({{ row_hash(["occurred_at", "received_at"], "raw_times") }}) as times_hash
from raw_times
group by coalesce(cast(occurred_at as date), {{ no_date() }})
