select
    found_in || ':' || event_id || ':' || event_name as event_id,
    event_name,
    occurred_at,
    received_at,
    user_id,
    anonymous_id,
    account_id,
    properties,
    event_count
from {{ application_rows('events') }} as acts
