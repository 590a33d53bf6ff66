{{ config(**continued_by_entity(['entity_type', 'entity_id'])) }}

with

entities as (

    select entities.* from {{ to_rescore(ref('int_entities'), ends=none) }} as entities

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

periods as (

    select
        entity_type,
        entity_id,
        1 as entity_count,
        0 as paid_count,
        0 as trial_count,
        0 as ended_count,
        first_active_on as valid_from,
        cast(null as date) as valid_to
    from entities
    union all
    select
        periods.entity_type,
        periods.entity_id,
        0 as entity_count,
        case when periods.stage = 'paid' then 1 else 0 end as paid_count,
        case when periods.stage = 'trial' then 1 else 0 end as trial_count,
        0 as ended_count,
        periods.valid_from,
        periods.valid_to
    from {{ to_rescore(ref('int_subscription_periods')) }} as periods
    union all
    select
        entities.entity_type,
        entities.entity_id,
        0 as entity_count,
        0 as paid_count,
        0 as trial_count,
        1 as ended_count,
        greatest(entity_subscriptions.ended_on, entities.first_active_on) as valid_from,
        cast(null as date) as valid_to
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join entities
        on
            entity_subscriptions.entity_type = entities.entity_type
            and entity_subscriptions.entity_id = entities.entity_id
    where entity_subscriptions.stage = 'paid' and entity_subscriptions.ended_on is not null

),

steps as (

    {{ steps_from_periods(
        'periods',
        ['entity_type', 'entity_id'],
        ['entity_count', 'paid_count', 'trial_count', 'ended_count'],
    ) | indent(4) }}

),

steps_in_horizon as (

    select steps.*
    from steps
    inner join as_of
        on steps.step_date <= as_of.horizon_date

),

timelines as (

    {{ periods_from_steps(
        'steps_in_horizon',
        ['entity_type', 'entity_id'],
        ['entity_count', 'paid_count', 'trial_count', 'ended_count'],
    ) | indent(4) }}

)

select
    entity_type,
    entity_id,
    case
        when paid_count > 0 then 'paid'
        when trial_count > 0 then 'trial'
        when ended_count > 0 then 'churned'
        else 'free'
    end as stage,
    valid_from,
    valid_to
from timelines
