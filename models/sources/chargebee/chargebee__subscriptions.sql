with

subscriptions as (

    select
        subscription_id,
        customer_id,
        account_id,
        lower(status) as status,
        lower(currency) as currency,
        lower(billing_interval) as billing_interval,
        {{ try_decimal('interval_count') }} as interval_count,
        {{ try_decimal('known_mrr') }} as known_mrr,
        {{ try_timestamp('started_at') }} as started_at,
        {{ try_timestamp('trial_started_at') }} as trial_started_at,
        {{ try_timestamp('trial_ended_at') }} as trial_ended_at,
        coalesce({{ try_timestamp('cancelled_at') }}, {{ try_timestamp('term_ended_at') }})
            as cancelled_at,
        {{ try_timestamp('paused_at') }} as paused_at
    from {{ source_rows('chargebee', 'subscriptions') }} as subscriptions

),

charged_subscriptions as (

    select
        subscriptions.subscription_id,
        coalesce(subscriptions.account_id, customers.account_id) as account_id,
        customers.user_id,
        charges.product_line,
        charges.plan_name,
        subscriptions.status,
        subscriptions.started_at,
        subscriptions.trial_started_at,
        subscriptions.trial_ended_at,
        -- what was canceled and taken up again keeps the time of it
        case
            when subscriptions.status in ('cancelled', 'non_renewing', 'transferred')
                then subscriptions.cancelled_at
            when subscriptions.status = 'paused' then subscriptions.paused_at
        end as ended_at,
        cast(round(
            coalesce(
                {{ per_month(
                    major_units('charges.amount', 'subscriptions.currency'),
                    'subscriptions.billing_interval',
                    'subscriptions.interval_count',
                ) }},
                {{ major_units('nullif(subscriptions.known_mrr, 0)', 'subscriptions.currency') }}
            ), 2
        ) as {{ dbt.type_numeric() }}) as mrr
    from subscriptions
    left join {{ ref('chargebee__customers') }} as customers
        on subscriptions.customer_id = customers.customer_id
    left join {{ ref('chargebee__charges') }} as charges
        on subscriptions.subscription_id = charges.subscription_id
    where
        coalesce(subscriptions.status, '') <> 'future'
        and not coalesce(charges.amount = 0 and charges.is_known, false)
        and not coalesce(
            charges.amount is null
            and subscriptions.known_mrr = 0
            and subscriptions.status in ('active', 'non_renewing'),
            false
        )

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
from {{ trials_and_paid_times('charged_subscriptions', ['in_trial']) }} as periods
