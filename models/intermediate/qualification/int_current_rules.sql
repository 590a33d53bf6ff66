with

as_of as (

    select * from {{ ref('int_as_of') }}

),

rules as (

    select
        definitions.entity_type,
        definition_rules.definition_key,
        definition_rules.rule_id,
        definition_rules.signal_id
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key
    where definitions.status in ('live', 'challenger')

),

signal_values as (

    select
        signal_timelines.signal_id,
        signal_timelines.entity_type,
        signal_timelines.entity_id,
        signal_timelines.signal_value
    from {{ ref('int_signal_timelines') }} as signal_timelines
    inner join as_of
        on {{ is_valid_on('signal_timelines', 'as_of.as_of_date') }}

),

last_events as (

    select
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id,
        max(signal_days.activity_date) as last_event_on
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join as_of
        on signal_days.activity_date <= as_of.as_of_date
    -- no rule is about it, and it has the most days
    where signal_days.signal_id <> 'any_activity'
    group by signal_days.signal_id, signal_days.entity_type, signal_days.entity_id

),

results as (

    select
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.rule_id,
        rule_timelines.awards,
        rule_timelines.points
    from {{ ref('int_rule_timelines') }} as rule_timelines
    inner join as_of
        on {{ is_valid_on('rule_timelines', 'as_of.as_of_date') }}

)

select
    rules.definition_key,
    signal_values.entity_type,
    signal_values.entity_id,
    rules.rule_id,
    signal_values.signal_value,
    coalesce(results.awards, 0) as awards,
    coalesce(results.points, 0) as points,
    last_events.last_event_on
from signal_values
inner join rules
    on
        signal_values.signal_id = rules.signal_id
        and signal_values.entity_type = rules.entity_type
left join last_events
    on
        signal_values.signal_id = last_events.signal_id
        and signal_values.entity_type = last_events.entity_type
        and signal_values.entity_id = last_events.entity_id
left join results
    on
        rules.definition_key = results.definition_key
        and rules.rule_id = results.rule_id
        and signal_values.entity_type = results.entity_type
        and signal_values.entity_id = results.entity_id
