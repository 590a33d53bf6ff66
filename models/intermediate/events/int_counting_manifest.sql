{#- Comes after the rejects and the counts: a day stands here as counted only when all of it is done. -#}
{{ config(**by_day('event_date')) }}
-- depends_on: {{ ref('int_event_rejects') }}, {{ ref('int_signal_counts') }}

with

day_rows as (

    select
        counted_on,
        count(*) as row_count,
        sum(case when status = 'forgotten' then 1 else 0 end) as forgotten_count,
        sum(case when status = 'accepted' and is_count_misread then 1 else 0 end) as misread_count,
        min(case when status = 'accepted' and is_count_misread then raw_event_count end)
            as misread_example,
        sum({{ row_hash(["occurred_at", "received_at"], "changed_events") }}) as times_hash
    from {{ ref('int_changed_events') }} as changed_events
    group by counted_on

)

select
    way_of_counting.fingerprint,
    day_rows.misread_example,
    cast(day_rows.row_count as {{ dbt.type_bigint() }}) as row_count,
    cast(day_rows.forgotten_count as {{ dbt.type_bigint() }}) as forgotten_count,
    cast(day_rows.misread_count as {{ dbt.type_bigint() }}) as misread_count,
    cast(day_rows.times_hash as decimal(38, 0)) as times_hash,
    changed_days.event_date
from {{ ref('int_changed_days') }} as changed_days
cross join {{ ref('int_way_of_counting') }} as way_of_counting
-- of a day that raw holds no more nothing is left here either
inner join day_rows
    on changed_days.event_date = day_rows.counted_on
