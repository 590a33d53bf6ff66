with

users as (

    select * from {{ ref('int_users') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

user_links as (

    select * from {{ ref('int_identity_links') }}
    where entity_type = 'user'

),

account_links as (

    select * from {{ ref('int_identity_links') }}
    where entity_type = 'account'

),

marketing_leads as (

    select * from {{ ref('stg_crm__marketing_leads') }}

),

emails as (

    select
        staged_users.email,
        min(users.user_id) as user_id
    from users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where staged_users.email is not null
    group by staged_users.email

),

events as (

    select
        '@signed_up' as event_name,
        'user' as entity_type,
        user_id as entity_id,
        cast(created_at as date) as activity_date
    from users
    union all
    select
        '@signed_up' as event_name,
        'account' as entity_type,
        account_id as entity_id,
        cast(created_at as date) as activity_date
    from accounts
    union all
    select
        case stage when 'trial' then '@trial_started' else '@paid_started' end as event_name,
        entity_type,
        entity_id,
        started_on as activity_date
    from {{ ref('int_entity_subscriptions') }}
    where stage in ('trial', 'paid')
    union all
    select
        '@subscription_ended' as event_name,
        entity_type,
        entity_id,
        ended_on as activity_date
    from {{ ref('int_entity_subscriptions') }}
    union all
    select
        '@marketing_qualified' as event_name,
        'account' as entity_type,
        coalesce(account_links.to_id, marketing_leads.account_id) as entity_id,
        marketing_leads.qualified_on as activity_date
    from marketing_leads
    left join account_links
        on marketing_leads.account_id = account_links.from_id
    union all
    -- a lead that names no user is the user's who has its mail address
    select
        '@marketing_qualified' as event_name,
        'user' as entity_type,
        coalesce(user_links.to_id, marketing_leads.user_id, emails.user_id) as entity_id,
        marketing_leads.qualified_on as activity_date
    from marketing_leads
    left join user_links
        on marketing_leads.user_id = user_links.from_id
    left join emails
        on marketing_leads.email = emails.email

),

included_entities as (

    select
        'user' as entity_type,
        user_id as entity_id
    from users
    where exclusion_reason is null
    union all
    select
        'account' as entity_type,
        account_id as entity_id
    from accounts
    where exclusion_reason is null

)

select
    signal_events.signal_id,
    events.entity_type,
    events.entity_id,
    case
        when signals.measure = 'users' and events.entity_type = 'user' then events.entity_id
    end as item,
    count(*) as event_count,
    events.activity_date
from events
inner join included_entities
    on
        events.entity_type = included_entities.entity_type
        and events.entity_id = included_entities.entity_id
inner join {{ ref('stg_config__signal_events') }} as signal_events
    on events.event_name = signal_events.event_name
inner join {{ ref('stg_config__signals') }} as signals
    on signal_events.signal_id = signals.signal_id
-- built-in events have no properties: no filter lets them through
where events.activity_date is not null and signals.property_name is null
group by
    signal_events.signal_id,
    events.entity_type,
    events.entity_id,
    signals.measure,
    events.activity_date
