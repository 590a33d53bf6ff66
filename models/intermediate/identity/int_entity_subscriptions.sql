with

subscriptions as (

    select
        subscriptions.*,
        coalesce(user_links.to_id, subscriptions.user_id) as holder_user_id,
        coalesce(account_links.to_id, subscriptions.account_id) as holder_account_id
    from {{ ref('stg_billing__subscriptions') }} as subscriptions
    left join {{ ref('int_identity_links') }} as user_links
        on
            subscriptions.user_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join {{ ref('int_identity_links') }} as account_links
        on
            subscriptions.account_id = account_links.from_id
            and account_links.entity_type = 'account'

),

users as (

    select * from {{ ref('int_users') }}

),

holders as (

    select
        subscriptions.*,
        'account' as entity_type,
        holder_account_id as entity_id
    from subscriptions
    where holder_account_id is not null
    union all
    select
        subscriptions.*,
        'user' as entity_type,
        holder_user_id as entity_id
    from subscriptions
    where holder_user_id is not null
    union all
    -- a user also has its account's, once
    select
        subscriptions.*,
        'user' as entity_type,
        users.user_id as entity_id
    from subscriptions
    inner join users
        on
            subscriptions.holder_account_id = users.account_id
            and (
                subscriptions.holder_user_id is null
                or subscriptions.holder_user_id <> users.user_id
            )

)

select
    entity_type,
    entity_id,
    subscription_id,
    product_line,
    plan_name,
    stage,
    mrr,
    started_on,
    ended_on
from holders
