{{ config(materialized='view') }}

select
    signal_days.entity_type,
    signal_days.entity_id,
    signal_days.item as user_id,
    signal_days.event_count,
    signal_days.activity_date,
    signal_days.latest_received_at
from {{ ref('int_entity_signal_days') }} as signal_days
inner join {{ ref('int_as_of') }} as as_of
    on signal_days.activity_date <= as_of.as_of_date
where signal_days.signal_id = 'any_activity'
