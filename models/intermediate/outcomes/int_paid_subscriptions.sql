{{ config(materialized='view') }}

with

paid_subscriptions as (

    select entity_subscriptions.*
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join {{ ref('int_as_of') }} as as_of
        on entity_subscriptions.started_on <= as_of.as_of_date
    where
        entity_subscriptions.stage = 'paid'
        and (
            entity_subscriptions.ended_on is null
            or entity_subscriptions.ended_on > entity_subscriptions.started_on
        )

)

-- what is paid for counts for its own product line, and for all of them together
select
    entity_type,
    entity_id,
    coalesce(product_line, '') as line_scope,
    subscription_id,
    plan_name,
    mrr,
    started_on,
    ended_on
from paid_subscriptions
union all
select
    entity_type,
    entity_id,
    '*' as line_scope,
    subscription_id,
    plan_name,
    mrr,
    started_on,
    ended_on
from paid_subscriptions
