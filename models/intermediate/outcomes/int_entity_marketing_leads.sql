with

marketing_leads as (

    select
        staged.lead_id,
        staged.qualified_on,
        staged.email,
        coalesce(user_links.to_id, staged.user_id) as holder_user_id,
        coalesce(account_links.to_id, staged.account_id) as holder_account_id
    from {{ ref('stg_crm__marketing_leads') }} as staged
    left join {{ ref('int_identity_links') }} as user_links
        on
            staged.user_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join {{ ref('int_identity_links') }} as account_links
        on
            staged.account_id = account_links.from_id
            and account_links.entity_type = 'account'

),

users as (

    select * from {{ ref('int_users') }}

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

-- a lead that names no user is the user's who has its mail address
placed_leads as (

    select
        marketing_leads.lead_id,
        marketing_leads.qualified_on,
        marketing_leads.holder_account_id,
        coalesce(marketing_leads.holder_user_id, emails.user_id) as user_id
    from marketing_leads
    left join emails
        on marketing_leads.email = emails.email

),

holders as (

    select
        placed_leads.lead_id,
        'account' as entity_type,
        coalesce(placed_leads.holder_account_id, users.account_id) as entity_id,
        accounts.exclusion_reason,
        placed_leads.qualified_on
    from placed_leads
    left join users
        on placed_leads.user_id = users.user_id
    left join {{ ref('int_accounts') }} as accounts
        on coalesce(placed_leads.holder_account_id, users.account_id) = accounts.account_id
    union all
    select
        placed_leads.lead_id,
        'user' as entity_type,
        placed_leads.user_id as entity_id,
        users.exclusion_reason,
        placed_leads.qualified_on
    from placed_leads
    left join users
        on placed_leads.user_id = users.user_id

)

select
    lead_id as marketing_lead_id,
    entity_type,
    entity_id,
    qualified_on
from holders
where exclusion_reason is null and qualified_on is not null
