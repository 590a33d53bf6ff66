with

plans as (

    select
        plan_id,
        plan_name,
        product_line,
        replace(lower(billing_interval), 's', '') as billing_interval,
        {{ try_decimal('interval_count') }} as interval_count
    from {{ source_rows('recurly', 'plans') }} as plans

),

subscriptions as (

    select
        subscription_id,
        customer_id,
        plan_id,
        lower(state) as status,
        {{ try_decimal('unit_amount') }} * coalesce({{ try_decimal('quantity') }}, 1)
        + coalesce({{ try_decimal('add_ons_total') }}, 0) as amount,
        {{ try_timestamp('started_at') }} as started_at,
        {{ try_timestamp('trial_started_at') }} as trial_started_at,
        {{ try_timestamp('trial_ended_at') }} as trial_ended_at,
        coalesce(
            {{ try_timestamp('expires_at') }},
            case when lower(state) = 'paused' then {{ try_timestamp('paused_at') }} end,
            case
                when not {{ try_boolean('auto_renew') }} then {{ try_timestamp('term_ended_at') }}
            end
        ) as ended_at
    from {{ source_rows('recurly', 'subscriptions') }} as subscriptions

),

charged_subscriptions as (

    select
        subscriptions.subscription_id,
        customers.account_id,
        customers.user_id,
        plans.product_line,
        plans.plan_name,
        subscriptions.status,
        subscriptions.started_at,
        subscriptions.trial_started_at,
        subscriptions.trial_ended_at,
        subscriptions.ended_at,
        cast(round(
            {{ per_month(
                'subscriptions.amount', 'plans.billing_interval', 'plans.interval_count'
            ) }}, 2
        ) as {{ dbt.type_numeric() }}) as mrr
    from subscriptions
    left join plans
        on subscriptions.plan_id = plans.plan_id
    left join {{ ref('recurly__customers') }} as customers
        on subscriptions.customer_id = customers.customer_id
    where
        coalesce(subscriptions.status, '') not in ('future', 'failed')
        and coalesce(subscriptions.amount <> 0, true)

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
from {{ trials_and_paid_times('charged_subscriptions', ['none']) }} as periods
