-- An id that stands on several dates is several events. That is rarely meant: see to it that the
-- sender's ids are unique. All raw events are read for it, so not in every build.
{{ config(
    severity='warn',
    group='pql',
    tags=['reads_all_events'],
    store_failures=true,
    schema='intermediate',
) }}

select
    event_id,
    min(event_date) as first_date,
    max(event_date) as last_date
from {{ ref('stg_product__events') }}
where event_id is not null and reject_reason is null
group by event_id
having min(event_date) <> max(event_date)
