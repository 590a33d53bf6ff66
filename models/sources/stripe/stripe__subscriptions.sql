with

subscriptions as (

    select
        subscription_id,
        customer_id,
        account_id,
        lower(status) as status,
        coalesce({{ try_boolean('cancel_at_period_end') }}, false) as ends_with_period,
        coalesce({{ try_timestamp('start_date') }}, {{ try_timestamp('created_at') }})
            as started_at,
        {{ try_timestamp('trial_start') }} as trial_started_at,
        {{ try_timestamp('trial_end') }} as trial_ended_at,
        coalesce({{ try_timestamp('ended_at') }}, {{ try_timestamp('cancel_at') }}) as ended_at,
        {{ try_timestamp('current_period_end') }} as period_ended_at
    from {{ source_rows('stripe', 'subscriptions') }} as subscriptions

),

charged_subscriptions as (

    select
        subscriptions.subscription_id,
        coalesce(subscriptions.account_id, customers.account_id) as account_id,
        customers.user_id,
        charges.product_line,
        charges.plan_name,
        charges.mrr,
        subscriptions.status,
        subscriptions.started_at,
        subscriptions.trial_started_at,
        subscriptions.trial_ended_at,
        coalesce(
            subscriptions.ended_at,
            case
                when subscriptions.ends_with_period
                    then coalesce(subscriptions.period_ended_at, charges.current_period_end)
            end
        ) as ended_at
    from subscriptions
    left join {{ ref('stripe__customers') }} as customers
        on subscriptions.customer_id = customers.customer_id
    left join {{ ref('stripe__charges') }} as charges
        on subscriptions.subscription_id = charges.subscription_id
    where
        coalesce(subscriptions.status, '') not in ('incomplete', 'incomplete_expired')
        and not coalesce(charges.is_free, false)

)

select
    subscription_id,
    account_id,
    user_id,
    product_line,
    plan_name,
    stage,
    started_at,
    ended_at,
    mrr
from {{ trials_and_paid_times('charged_subscriptions', ['trialing', 'paused']) }} as periods
