with

raw_lead_responses as (

    select * from {{ raw_table('lead_responses') }} as raw_rows
    where entity_type is not null and entity_id is not null

)

select
    lower(entity_type) as entity_type,
    entity_id,
    lower(status) as status,
    reason,
    cast({{ try_timestamp('snooze_until') }} as date) as snoozed_until,
    {{ try_timestamp('responded_at') }} as responded_at
from raw_lead_responses
