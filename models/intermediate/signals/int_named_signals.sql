{{ config(materialized='view') }}

with

requested_signals as (

    select * from {{ ref('int_requested_signals') }}

),

signal_events as (

    select * from {{ ref('stg_config__signal_events') }}

),

any_signals as (

    select
        signal_id,
        max(case when event_name like '@%' then 1 else 0 end) as built_in_count
    from signal_events
    group by signal_id
    having max(case when event_name = '*' then 1 else 0 end) = 1

)

-- beside * no name matters
select distinct
    requested_signals.signal_id,
    requested_signals.entity_type,
    signals.measure,
    signal_events.event_name,
    coalesce(any_signals.built_in_count, 0) = 0
    and (signals.measure = 'users' or requested_signals.entity_type = 'user') as is_a_row_per_day
from requested_signals
inner join {{ ref('stg_config__signals') }} as signals
    on requested_signals.signal_id = signals.signal_id
inner join signal_events
    on signals.signal_id = signal_events.signal_id
left join any_signals
    on signals.signal_id = any_signals.signal_id
where
    signals.property_name is null
    and signals.measure_property is null
    and signal_events.event_name not like '@%'
    and (any_signals.signal_id is null or signal_events.event_name = '*')
union all
select
    signal_id,
    entity_type,
    'users' as measure,
    '*' as event_name,
    true as is_a_row_per_day
from requested_signals
where signal_id = 'any_activity'
