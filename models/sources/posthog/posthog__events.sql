select
    event_id,
    event_name,
    user_id,
    account_id,
    properties,
    occurred_at,
    received_at
from {{ source_rows('posthog', 'events') }} as events
