select
    signal_days.entity_type,
    signal_days.entity_id,
    min(signal_days.activity_date) as first_active_on,
    max(signal_days.activity_date) as last_active_on
from {{ ref('int_entity_signal_days') }} as signal_days
inner join {{ ref('int_clock') }} as clock
    on signal_days.activity_date <= clock.as_of_date
where signal_days.signal_id = 'any_activity'
group by signal_days.entity_type, signal_days.entity_id
