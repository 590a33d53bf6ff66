select
    event_id,
    -- a structured event is called "event"
    case
        when event_kind = 'struct' then coalesce(structured_action, event_name)
        else event_name
    end as event_name,
    user_id,
    anonymous_id,
    account_id,
    coalesce(properties, page_or_structure) as properties,
    occurred_at,
    received_at
from {{ source_rows('snowplow', 'events') }} as events
