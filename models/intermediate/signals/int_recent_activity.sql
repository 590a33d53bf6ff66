{{ config(materialized='view') }}

select
    signal_days.entity_type,
    signal_days.entity_id,
    cast(count(distinct signal_days.activity_date) as {{ dbt.type_int() }}) as active_days_28d,
    cast(count(distinct signal_days.item) as {{ dbt.type_int() }}) as active_users_28d,
    sum(signal_days.event_count) as event_count_28d
from {{ ref('int_entity_signal_days') }} as signal_days
inner join {{ ref('int_as_of') }} as as_of
    on
        signal_days.activity_date <= as_of.as_of_date
        and signal_days.activity_date > {{ add_days('as_of.as_of_date', -28) }}
where signal_days.signal_id = 'any_activity'
group by signal_days.entity_type, signal_days.entity_id
