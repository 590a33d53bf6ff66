{%- set keys = ["entity_type", "entity_id", "line_scope"] -%}

with

clock as (

    select * from {{ ref('int_clock') }}

),

users as (

    select * from {{ ref('int_users') }}

),

taking_part as (

    select
        'user' as entity_type,
        user_id as entity_id
    from users
    where exclusion_reason is null
    union all
    select
        'account' as entity_type,
        account_id as entity_id
    from {{ ref('int_accounts') }}
    where exclusion_reason is null

),

paid_subscriptions as (

    select entity_subscriptions.*
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join clock
        on entity_subscriptions.started_on <= clock.as_of_date
    where
        entity_subscriptions.stage = 'paid'
        and (
            entity_subscriptions.ended_on is null
            or entity_subscriptions.ended_on > entity_subscriptions.started_on
        )

),

-- what is paid for counts for its own product line, and for all of them together
scoped_subscriptions as (

    select
        paid_subscriptions.*,
        coalesce(product_line, '') as line_scope
    from paid_subscriptions
    union all
    select
        paid_subscriptions.*,
        '*' as line_scope
    from paid_subscriptions

),

starts as (

    select
        {{ keys | join(',\n        ') }},
        started_on,
        min(started_on) over (partition by {{ keys | join(', ') }}) as first_started_on
    from scoped_subscriptions
    group by {{ keys | join(', ') }}, started_on

),

-- what is paid on the day of a start, beside what was paid the day before
compared as (

    select
        starts.entity_type,
        starts.entity_id,
        starts.line_scope,
        starts.started_on,
        starts.first_started_on,
        min(
            case
                when subscriptions.started_on = starts.started_on
                    then subscriptions.subscription_id
            end
        ) as subscription_id,
        min(case when subscriptions.started_on = starts.started_on then subscriptions.plan_name end)
            as new_plan,
        min(case when subscriptions.started_on < starts.started_on then subscriptions.plan_name end)
            as old_plan,
        count(case when subscriptions.started_on < starts.started_on then 1 end) as old_count,
        count(*) - count(subscriptions.mrr) as unpriced_count,
        sum(
            case
                when
                    subscriptions.ended_on is null or subscriptions.ended_on > starts.started_on
                    then subscriptions.mrr
            end
        ) as new_mrr,
        sum(case when subscriptions.started_on < starts.started_on then subscriptions.mrr end)
            as old_mrr
    from starts
    inner join scoped_subscriptions as subscriptions
        on
            starts.entity_type = subscriptions.entity_type
            and starts.entity_id = subscriptions.entity_id
            and starts.line_scope = subscriptions.line_scope
            and starts.started_on >= subscriptions.started_on
            and (
                subscriptions.ended_on is null
                or starts.started_on <= subscriptions.ended_on
            )
    group by
        starts.entity_type,
        starts.entity_id,
        starts.line_scope,
        starts.started_on,
        starts.first_started_on

),

won_opportunities as (

    select opportunities.*
    from {{ ref('int_entity_opportunities') }} as opportunities
    inner join clock
        on opportunities.closed_on <= clock.as_of_date
    where opportunities.is_won

),

-- a user also has its account's, once
held_opportunities as (

    select
        entity_type,
        entity_id,
        opportunity_id,
        product_line,
        amount,
        created_on,
        closed_on
    from won_opportunities
    union
    select
        'user' as entity_type,
        users.user_id as entity_id,
        won_opportunities.opportunity_id,
        won_opportunities.product_line,
        won_opportunities.amount,
        won_opportunities.created_on,
        won_opportunities.closed_on
    from won_opportunities
    inner join users
        on won_opportunities.entity_id = users.account_id
    where won_opportunities.entity_type = 'account'

),

scoped_opportunities as (

    select
        held_opportunities.*,
        coalesce(product_line, '') as line_scope
    from held_opportunities
    union all
    select
        held_opportunities.*,
        '*' as line_scope
    from held_opportunities

),

-- a deal about what was paid for already when it was opened is one for more of it
judged_opportunities as (

    select
        scoped_opportunities.entity_type,
        scoped_opportunities.entity_id,
        scoped_opportunities.line_scope,
        scoped_opportunities.opportunity_id,
        scoped_opportunities.amount,
        scoped_opportunities.closed_on,
        count(subscriptions.subscription_id) as old_count
    from scoped_opportunities
    left join scoped_subscriptions as subscriptions
        on
            scoped_opportunities.entity_type = subscriptions.entity_type
            and scoped_opportunities.entity_id = subscriptions.entity_id
            and (
                scoped_opportunities.line_scope = subscriptions.line_scope
                -- of a deal that names no line, any line is the one
                or (scoped_opportunities.line_scope = '' and subscriptions.line_scope = '*')
            )
            and scoped_opportunities.created_on > subscriptions.started_on
            and (
                subscriptions.ended_on is null
                or scoped_opportunities.created_on <= subscriptions.ended_on
            )
    group by
        scoped_opportunities.entity_type,
        scoped_opportunities.entity_id,
        scoped_opportunities.line_scope,
        scoped_opportunities.opportunity_id,
        scoped_opportunities.amount,
        scoped_opportunities.closed_on

),

payments as (

    select
        {{ keys | join(',\n        ') }},
        case
            when started_on = first_started_on then 'first'
            when old_count = 0 then 'return'
            when new_mrr > old_mrr then 'growth'
            -- another plan may well be a smaller one: it takes a price to know, if there is one
            when unpriced_count > 0 and new_plan <> old_plan then 'growth'
        end as payment_type,
        subscription_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        12 * case
            when unpriced_count = 0 then new_mrr - coalesce(old_mrr, 0)
        end as amount,
        started_on as paid_on
    from compared
    union all
    select
        {{ keys | join(',\n        ') }},
        case when old_count > 0 then 'growth' else 'first' end as payment_type,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        opportunity_id,
        amount,
        closed_on as paid_on
    from judged_opportunities

),

-- only the earliest of what could be the first payment is
dated_payments as (

    select
        payments.*,
        min(case when payments.payment_type = 'first' then payments.paid_on end) over (
            partition by payments.entity_type, payments.entity_id, payments.line_scope
        ) as first_paid_on
    from payments
    inner join taking_part
        on
            payments.entity_type = taking_part.entity_type
            and payments.entity_id = taking_part.entity_id
    where payments.payment_type is not null

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
