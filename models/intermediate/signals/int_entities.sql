select
    entity_type,
    entity_id,
    min(activity_date) as first_active_on,
    max(activity_date) as last_active_on
from {{ ref('int_activity_days') }}
group by entity_type, entity_id
