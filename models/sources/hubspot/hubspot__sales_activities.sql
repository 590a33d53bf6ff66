{%- set kinds = ['calls', 'meetings', 'emails', 'notes', 'tasks', 'engagements'] -%}

with

found_rows as (

    select *
    from {{ source_rows('hubspot', kinds) }} as found_rows

),

-- an act may stand both in the table of its kind and in that of all kinds
activities as (

    select
        activity_id,
        max(lower(activity_type)) as activity_type,
        max(contact_id) as contact_id,
        max(company_id) as company_id,
        max(owner_id) as owner_id,
        max(upper(outcome)) as outcome,
        max(upper(direction)) as direction,
        max({{ try_timestamp('occurred_at') }}) as occurred_at,
        max({{ try_timestamp('completed_at') }}) as completed_at
    from found_rows
    group by activity_id

),

activity_users as (

    select
        activity_contacts.activity_id,
        min(contacts.user_id) as user_id
    from {{ source_rows('hubspot', 'activity_contacts') }} as activity_contacts
    inner join {{ ref('hubspot__contacts') }} as contacts
        on activity_contacts.contact_id = contacts.contact_id
    group by activity_contacts.activity_id

),

activity_accounts as (

    select
        activity_companies.activity_id,
        min(companies.account_id) as account_id
    from {{ source_rows('hubspot', 'activity_companies') }} as activity_companies
    inner join {{ ref('hubspot__companies') }} as companies
        on activity_companies.company_id = companies.company_id
    group by activity_companies.activity_id

)

select
    activities.activity_id,
    coalesce(activity_accounts.account_id, companies.account_id) as account_id,
    coalesce(activity_users.user_id, contacts.user_id) as user_id,
    activities.activity_type,
    activities.owner_id as owner,
    case
        when activities.activity_type = 'task' then activities.completed_at
        else activities.occurred_at
    end as occurred_at
from activities
left join activity_users
    on activities.activity_id = activity_users.activity_id
left join activity_accounts
    on activities.activity_id = activity_accounts.activity_id
left join {{ ref('hubspot__contacts') }} as contacts
    on activities.contact_id = contacts.contact_id
left join {{ ref('hubspot__companies') }} as companies
    on activities.company_id = companies.company_id
where
    (activities.activity_type <> 'task' or activities.completed_at is not null)
    and activities.activity_type <> 'incoming_email'
    and coalesce(activities.direction, '') <> 'INCOMING_EMAIL'
    and coalesce(activities.outcome, '') not in ('CANCELED', 'CANCELLED')
