{#- What raw holds now, day by day: a scan of two narrow columns. -#}
with

raw_times as (

    select
        {{ try_timestamp('occurred_at') }} as occurred_at,
        case
            when received_at is null then {{ try_timestamp('occurred_at') }}
            else {{ try_timestamp('received_at') }}
        end as received_at
    from {{ all_raw_rows('events') }} as raw_rows

)

select
    coalesce(cast(occurred_at as date), {{ no_date() }}) as event_date,
    cast(count(*) as {{ dbt.type_bigint() }}) as row_count,
    max(received_at) as latest_received_at
from raw_times
group by coalesce(cast(occurred_at as date), {{ no_date() }})
