with

emails as (

    select
        staged_users.email,
        min(users.user_id) as user_id
    from {{ ref('int_users') }} as users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where staged_users.email is not null
    group by staged_users.email

),

-- a lead that names no user is the user's who has its mail address
marketing_leads as (

    select
        staged_leads.lead_id,
        staged_leads.account_id,
        coalesce(staged_leads.user_id, emails.user_id) as user_id,
        staged_leads.qualified_on
    from {{ ref('stg_crm__marketing_leads') }} as staged_leads
    left join emails
        on staged_leads.email = emails.email

),

placed_leads as (

    {{ with_resolved_identity('marketing_leads') }}

),

holders as (

    select
        placed_leads.lead_id,
        'account' as entity_type,
        placed_leads.resolved_account_id as entity_id,
        accounts.exclusion_reason,
        placed_leads.qualified_on
    from placed_leads
    left join {{ ref('int_accounts') }} as accounts
        on placed_leads.resolved_account_id = accounts.account_id
    union all
    select
        lead_id,
        'user' as entity_type,
        resolved_user_id as entity_id,
        user_exclusion_reason as exclusion_reason,
        qualified_on
    from placed_leads

)

select
    lead_id as marketing_lead_id,
    entity_type,
    entity_id,
    qualified_on
from holders
where exclusion_reason is null and qualified_on is not null
