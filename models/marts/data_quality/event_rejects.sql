-- The raw row as it was received, and why it was set aside. A view: it is kept once.
{{ config(materialized='view') }}

select
    status,
    coalesce(reject_reason, status) as reason,
    event_id,
    event_name,
    raw_occurred_at as occurred_at,
    raw_received_at as received_at,
    user_id,
    anonymous_id,
    account_id,
    properties,
    raw_event_count as event_count,
    event_date
from {{ ref('int_event_rejects') }}
