{#- Comes after the rejects, the counts and what is attributed of them: a day stands here as counted
    only when all of it is done. -#}
{{ config(**incremental_by_day('event_date')) }}
-- depends_on: {{ ref('int_event_rejects') }}, {{ ref('int_signal_counts') }}
-- depends_on: {{ ref('int_resolution_manifest') }}

with

day_rows as (

    select
        counted_on,
        count(*) as row_count,
        sum(case when status = 'forgotten' then 1 else 0 end) as forgotten_count,
        sum(case when status = 'accepted' and is_count_misread then 1 else 0 end) as misread_count,
        min(case when status = 'accepted' and is_count_misread then raw_event_count end)
            as misread_example,
        count(case when status = 'accepted' then placeholder_id end) as placeholder_count,
        min(case when status = 'accepted' then placeholder_id end) as placeholder_example,
        sum({{ row_hash(["occurred_at", "received_at"], "events_this_run") }}) as times_hash
    from {{ ref('int_events_this_run') }} as events_this_run
    group by counted_on

)

select
    counting_fingerprint.fingerprint,
    day_rows.misread_example,
    day_rows.placeholder_example,
    cast(day_rows.row_count as {{ dbt.type_bigint() }}) as row_count,
    cast(day_rows.forgotten_count as {{ dbt.type_bigint() }}) as forgotten_count,
    cast(day_rows.misread_count as {{ dbt.type_bigint() }}) as misread_count,
    cast(day_rows.placeholder_count as {{ dbt.type_bigint() }}) as placeholder_count,
    cast(day_rows.times_hash as decimal(29, 0)) as times_hash,
    days_to_process.event_date
from {{ ref('int_days_to_process') }} as days_to_process
cross join {{ ref('int_counting_fingerprint') }} as counting_fingerprint
-- of a day that raw holds no more nothing is left here either
inner join day_rows
    on days_to_process.event_date = day_rows.counted_on
