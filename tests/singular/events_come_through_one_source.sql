-- Vendors forward events to each other under ids of their own, and the same act of two sources counts
-- twice. All raw events are read for it, so not in every build.
{{ config(
    severity='warn',
    group='pql',
    tags=['reads_all_events'],
    meta={'says_rows': true},
) }}

with

acts as (

    select
        user_id,
        lower(event_name) as event_name,
        {{ dbt.date_trunc('second', try_timestamp('occurred_at')) }} as occurred_at,
        min(origin) as one_source,
        max(origin) as other_source
    from {{ all_raw_rows('events', by_source=true) }} as raw_rows
    where user_id is not null
    group by
        user_id,
        lower(event_name),
        {{ dbt.date_trunc('second', try_timestamp('occurred_at')) }}
    having min(origin) <> max(origin)

)

select
    one_source || ' and ' || other_source || ': ' || cast(count(*) as {{ dbt.type_string() }})
    || ' act(s) of the same user, name and second, such as ' || min(event_name) as finding
from acts
group by one_source, other_source
order by one_source, other_source
