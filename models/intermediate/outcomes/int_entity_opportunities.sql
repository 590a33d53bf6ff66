with

opportunities as (

    select
        staged.*,
        coalesce(user_links.to_id, staged.user_id) as holder_user_id,
        coalesce(account_links.to_id, staged.account_id) as holder_account_id
    from {{ ref('stg_crm__opportunities') }} as staged
    left join {{ ref('int_identity_links') }} as user_links
        on
            staged.user_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join {{ ref('int_identity_links') }} as account_links
        on
            staged.account_id = account_links.from_id
            and account_links.entity_type = 'account'

),

-- what names a user alone concerns the user's account too
holders as (

    select
        opportunities.*,
        'account' as entity_type,
        coalesce(opportunities.holder_account_id, users.account_id) as entity_id
    from opportunities
    left join {{ ref('int_users') }} as users
        on opportunities.holder_user_id = users.user_id
    union all
    select
        opportunities.*,
        'user' as entity_type,
        opportunities.holder_user_id as entity_id
    from opportunities

)

select
    entity_type,
    entity_id,
    opportunity_id,
    product_line,
    lead_source,
    amount,
    is_closed,
    is_won,
    created_on,
    closed_on
from holders
where entity_id is not null
