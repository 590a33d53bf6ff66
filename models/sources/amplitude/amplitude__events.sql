select
    event_id,
    event_name,
    user_id,
    anonymous_id,
    nullif(account_id, '[]') as account_id,
    properties,
    occurred_at,
    received_at
from {{ source_rows('amplitude', 'events') }} as events
