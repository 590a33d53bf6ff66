select
    anonymous_id as from_id,
    user_id as to_user_id,
    max({{ try_timestamp('received_at') }}) as linked_at
from {{ source_rows('snowplow', 'events') }} as events
where anonymous_id <> user_id
group by anonymous_id, user_id
