{{ config(materialized='view') }}

with

qualification_changes as (

    select * from {{ ref('int_qualification_changes') }}
    where is_qualified

)

-- a lead begins when the last event of the day that decided had come in; a day that decided
-- without an event (somebody's size became known) is over before anybody can tell
select
    qualification_changes.definition_key,
    qualification_changes.entity_type,
    qualification_changes.entity_id,
    qualification_changes.changed_on as qualified_on,
    coalesce(
        max(activity_days.latest_received_at),
        cast({{ add_days('qualification_changes.changed_on', 1) }} as {{ dbt.type_timestamp() }})
    ) as qualified_at
from qualification_changes
left join {{ ref('int_activity_days') }} as activity_days
    on
        qualification_changes.entity_type = activity_days.entity_type
        and qualification_changes.entity_id = activity_days.entity_id
        and qualification_changes.changed_on = activity_days.activity_date
group by
    qualification_changes.definition_key,
    qualification_changes.entity_type,
    qualification_changes.entity_id,
    qualification_changes.changed_on
