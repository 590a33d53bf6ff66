with

previous as (

    {{ previous_rows('sync_crm_contacts') }}

),

leads as (

    select * from {{ ref('int_sync_leads') }}
    where lead_rank = 1

),

users as (

    select
        users.*,
        {{ contact_key('staged_users.email') }} as contact_key
    from {{ ref('int_users') }} as users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where staged_users.email is not null and users.exclusion_reason is null

),

buying_groups as (

    select
        buying_groups.user_id,
        case
            when buying_groups.is_champion then 'champion'
            when buying_groups.is_decision_maker then 'decision_maker'
            else 'member'
        end as buying_role,
        account_leads.status <> 'not_qualified' as is_of_lead
    from {{ ref('int_buying_groups') }} as buying_groups
    left join leads as account_leads
        on
            buying_groups.account_id = account_leads.entity_id
            and account_leads.entity_type = 'account'

),

-- once in, always in
people as (

    select
        users.contact_key,
        users.user_id,
        users.account_id,
        users.crm_contact_id,
        contacts.contact_status,
        buying_groups.buying_role,
        row_number() over (
            partition by users.contact_key
            order by
                case
                    when user_leads.status = 'qualified' then 1
                    when user_leads.status = 'suppressed' then 2
                    when user_leads.status <> 'not_qualified' then 3
                    else 4
                end,
                case when users.crm_contact_id is null then 1 else 0 end,
                user_leads.last_active_on desc nulls last,
                users.user_id
        ) as email_rank
    from users
    left join leads as user_leads
        on
            users.user_id = user_leads.entity_id
            and user_leads.entity_type = 'user'
    left join buying_groups
        on users.user_id = buying_groups.user_id
    left join {{ ref('int_contacts') }} as contacts
        on users.user_id = contacts.user_id
    left join previous
        on users.contact_key = previous.contact_key
    where
        users.crm_contact_id is not null
        or user_leads.status <> 'not_qualified'
        or buying_groups.is_of_lead
        or previous.contact_key is not null

)

select
    contact_key,
    user_id,
    account_id,
    crm_contact_id,
    coalesce(contact_status, 'unknown') as contact_status,
    coalesce(buying_role, 'none') as buying_role
from people
where email_rank = 1
