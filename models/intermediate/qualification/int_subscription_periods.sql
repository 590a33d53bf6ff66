{{ config(materialized='view') }}

select
    entity_subscriptions.entity_type,
    entity_subscriptions.entity_id,
    entity_subscriptions.product_line,
    entity_subscriptions.stage,
    greatest(entity_subscriptions.started_on, entities.first_active_on) as valid_from,
    entity_subscriptions.ended_on as valid_to
from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
inner join {{ ref('int_entities') }} as entities
    on
        entity_subscriptions.entity_type = entities.entity_type
        and entity_subscriptions.entity_id = entities.entity_id
where
    entity_subscriptions.started_on is not null
    and (
        entity_subscriptions.ended_on is null
        or (
            entity_subscriptions.ended_on > entity_subscriptions.started_on
            and entity_subscriptions.ended_on > entities.first_active_on
        )
    )
