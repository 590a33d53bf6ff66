{#- Salesforce's own lists, of old and of new; an organization may have another. -#}
{%- set meanings = {
    "open": "", "open - not contacted": "", "new": "", "mql": "",
    "working": "working", "working - contacted": "working", "contacted": "working",
    "nurturing": "recycled", "qualified": "accepted", "unqualified": "rejected",
    "closed - converted": "accepted", "closed - not converted": "rejected",
} -%}

with

people as (

    select * from {{ ref('salesforce__people') }}
    where user_id is not null and object_type = 'lead'

),

status_changes as (

    select
        {{ record_id('lead_id') }} as lead_id,
        {{ meaning_of('status', meanings, 'salesforce') }} as status,
        changed_at
    from {{ source_rows('salesforce', 'lead_history') }} as lead_history
    where lower(field_name) = 'status' and status is not null

),

responses as (

    select
        lead_id,
        status,
        cast(changed_at as {{ dbt.type_string() }}) as changed_at
    from status_changes
    where status is not null
    union all
    select
        people.record_id as lead_id,
        'accepted' as status,
        cast(people.converted_at as {{ dbt.type_string() }}) as changed_at
    from people
    left join status_changes
        on
            people.record_id = status_changes.lead_id
            and status_changes.status = 'accepted'
    where people.converted_at is not null and status_changes.lead_id is null

)

select
    'user' as entity_type,
    people.user_id as entity_id,
    responses.status,
    case when responses.status = 'rejected' then people.reason end as reason,
    responses.changed_at as responded_at
from responses
inner join people
    on responses.lead_id = people.record_id
