{%- set keys = ["entity_type", "entity_id", "line_scope"] -%}

with

included_entities as (

    select
        'user' as entity_type,
        user_id as entity_id
    from {{ ref('int_users') }}
    where exclusion_reason is null
    union all
    select
        'account' as entity_type,
        account_id as entity_id
    from {{ ref('int_accounts') }}
    where exclusion_reason is null

),

payments as (

    select
        {{ keys | join(',\n        ') }},
        payment_type,
        subscription_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        amount,
        paid_on
    from {{ ref('int_subscription_payments') }}
    where payment_type is not null
    union all
    select
        {{ keys | join(',\n        ') }},
        payment_type,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        opportunity_id,
        amount,
        paid_on
    from {{ ref('int_opportunity_payments') }}

),

-- only the earliest of what could be the first payment is
dated_payments as (

    select
        payments.*,
        min(case when payments.payment_type = 'first' then payments.paid_on end) over (
            partition by payments.entity_type, payments.entity_id, payments.line_scope
        ) as first_paid_on
    from payments
    inner join included_entities
        on
            payments.entity_type = included_entities.entity_type
            and payments.entity_id = included_entities.entity_id

)

select
    {{ keys | join(',\n    ') }},
    min(payment_type) as payment_type,
    coalesce(
        'subscription ' || min(subscription_id),
        'opportunity ' || min(opportunity_id)
    ) as payment_id,
    -- what is billed, rather than what the CRM expects
    cast(
        coalesce(
            sum(case when subscription_id is not null then amount end),
            sum(case when opportunity_id is not null then amount end)
        ) as decimal(18, 2)
    ) as amount,
    paid_on
from dated_payments
where payment_type <> 'first' or paid_on = first_paid_on
group by {{ keys | join(', ') }}, paid_on
