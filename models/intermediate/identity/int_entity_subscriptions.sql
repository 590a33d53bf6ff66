with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

resolved_subscriptions as (

    {{ with_resolved_identity('subscriptions') }}

),

-- what a user alone holds does not cover its account
account_subscriptions as (

    select * from resolved_subscriptions
    where account_id is not null

),

holders as (

    select
        account_subscriptions.*,
        'account' as entity_type,
        resolved_account_id as entity_id
    from account_subscriptions
    union all
    select
        resolved_subscriptions.*,
        'user' as entity_type,
        resolved_user_id as entity_id
    from resolved_subscriptions
    where resolved_user_id is not null
    union all
    -- a user also has its account's, once
    select
        account_subscriptions.*,
        'user' as entity_type,
        users.user_id as entity_id
    from account_subscriptions
    inner join {{ ref('int_users') }} as users
        on
            account_subscriptions.resolved_account_id = users.account_id
            and (
                account_subscriptions.resolved_user_id is null
                or account_subscriptions.resolved_user_id <> users.user_id
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
