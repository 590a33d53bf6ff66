with

events as (

    select
        *,
        coalesce(listed_as, found_as) as event_name
    from {{ source_rows('heap', ['all_events', 'event_tables']) }} as events

)

select
    -- a click that meets two definitions has one id in both
    event_name || '|' || event_id as event_id,
    event_name,
    anonymous_id,
    account_id,
    properties,
    occurred_at
from events
where
    found_as <> 'all_events'
    or found_in || '.' || lower(event_name) not in ({{ table_list('heap', 'event_tables') }})
