{{ config(materialized='view') }}
{%- set keys = ["entity_type", "entity_id", "line_scope"] -%}

with

subscriptions as (

    select * from {{ ref('int_paid_subscriptions') }}

),

starts as (

    select
        {{ keys | join(',\n        ') }},
        started_on,
        min(started_on) over (partition by {{ keys | join(', ') }}) as first_started_on
    from subscriptions
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
    inner join subscriptions
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

)

select
    {{ keys | join(',\n    ') }},
    case
        when started_on = first_started_on then 'first'
        when old_count = 0 then 'return'
        when new_mrr > old_mrr then 'growth'
        -- another plan may well be a smaller one: it takes a price to know, if there is one
        when unpriced_count > 0 and new_plan <> old_plan then 'growth'
    end as payment_type,
    subscription_id,
    12 * case when unpriced_count = 0 then new_mrr - coalesce(old_mrr, 0) end as amount,
    started_on as paid_on
from compared
