{{ config(materialized='view') }}
{%- set keys = ["entity_type", "entity_id", "line_scope"] -%}

with

won_opportunities as (

    select opportunities.*
    from {{ ref('int_entity_opportunities') }} as opportunities
    inner join {{ ref('int_as_of') }} as as_of
        on opportunities.closed_on <= as_of.as_of_date
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
    {{ union_distinct() }}
    select
        'user' as entity_type,
        users.user_id as entity_id,
        won_opportunities.opportunity_id,
        won_opportunities.product_line,
        won_opportunities.amount,
        won_opportunities.created_on,
        won_opportunities.closed_on
    from won_opportunities
    inner join {{ ref('int_users') }} as users
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
    left join {{ ref('int_paid_subscriptions') }} as subscriptions
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

)

select
    {{ keys | join(',\n    ') }},
    case when old_count > 0 then 'growth' else 'first' end as payment_type,
    opportunity_id,
    amount,
    closed_on as paid_on
from judged_opportunities
