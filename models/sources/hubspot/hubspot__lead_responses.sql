{#- HubSpot's own list; a portal may have another. -#}
{%- set meanings = {
    "new": "", "open": "", "attempted_to_contact": "working", "connected": "working",
    "in_progress": "working", "open_deal": "accepted", "unqualified": "rejected",
    "bad_timing": "recycled",
} -%}

with

status_changes as (

    select
        contact_id,
        {{ meaning_of('property_value', meanings, 'hubspot') }} as status,
        changed_at
    from {{ source_rows('hubspot', 'contact_history') }} as contact_history
    where property_name = 'hs_lead_status' and property_value is not null

)

select
    'user' as entity_type,
    contacts.user_id as entity_id,
    status_changes.status,
    status_changes.changed_at as responded_at
from status_changes
inner join {{ ref('hubspot__contacts') }} as contacts
    on status_changes.contact_id = contacts.contact_id
where status_changes.status is not null and contacts.user_id is not null
