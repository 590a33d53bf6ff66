select
    responses.entity_type,
    coalesce(links.to_id, responses.entity_id) as entity_id,
    responses.status,
    responses.reason,
    responses.snoozed_until,
    responses.responded_at
from {{ ref('stg_crm__lead_responses') }} as responses
left join {{ ref('int_identity_links') }} as links
    on
        responses.entity_type = links.entity_type
        and responses.entity_id = links.from_id
