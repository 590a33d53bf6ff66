{{ config(materialized='view') }}

select
    entity_type,
    entity_id
from {{ ref('int_entities') }}
{{ union_distinct() }}
select
    built_in_events.entity_type,
    built_in_events.entity_id
from {{ ref('int_built_in_events') }} as built_in_events
inner join {{ ref('int_requested_signals') }} as requested_signals
    on
        built_in_events.entity_type = requested_signals.entity_type
        and built_in_events.signal_id = requested_signals.signal_id
inner join {{ ref('int_as_of') }} as as_of
    on built_in_events.activity_date <= as_of.as_of_date
