-- The raw row as it was received, and why it was set aside.
select
    status,
    case when status = 'duplicate' then 'duplicate' else reject_reason end as reason,
    event_id,
    event_name,
    cast(raw_occurred_at as {{ dbt.type_string() }}) as occurred_at,
    cast(raw_received_at as {{ dbt.type_string() }}) as received_at,
    user_id,
    anonymous_id,
    account_id,
    properties,
    raw_event_count as event_count,
    event_date
from {{ ref('stg_product__events') }}
where status <> 'accepted'
