with

activity as (

    select
        entity_type,
        entity_id,
        min(activity_date) as first_active_on,
        max(activity_date) as last_active_on
    from {{ ref('int_activity_days') }}
    group by entity_type, entity_id

)

select
    activity.entity_type,
    activity.entity_id,
    activity.first_active_on,
    activity.last_active_on,
    greatest(
        activity.first_active_on, coalesce(known_entities.signed_up_on, activity.first_active_on)
    ) as observable_from
from activity
left join {{ ref('int_known_entities') }} as known_entities
    on
        activity.entity_type = known_entities.entity_type
        and activity.entity_id = known_entities.entity_id
