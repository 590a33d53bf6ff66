{#- Memory, not a function of raw: rows without a time of any kind cannot tell when they came in,
    but that there are more of them than a week ago can be told. -#}
{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='as_of_date',
    full_refresh=false,
) }}

select
    count(rejects.status) as row_count,
    as_of.as_of_date
from {{ ref('int_as_of') }} as as_of
left join {{ ref('int_event_rejects') }} as rejects
    on
        rejects.status = 'rejected'
        and rejects.event_date is null
        and {{ try_timestamp('rejects.raw_received_at') }} is null
where
    as_of.as_of_date is not null
    and {{ "1 = 0" if var('as_of') else "1 = 1" }}
group by as_of.as_of_date
