with

signals as (

    select * from {{ ref('int_signals') }}

),

signal_events as (

    select * from {{ ref('int_signal_events') }}

),

-- only what a rule of a definition of that entity type, or of its routing, asks for
scored_signals as (

    select distinct
        definition_rules.signal_id,
        definitions.entity_type
    from {{ ref('int_definition_rules') }} as definition_rules
    inner join {{ ref('int_definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key
    union
    select
        routing_rules.requires_signal_id as signal_id,
        definitions.entity_type
    from {{ ref('int_routing_rules') }} as routing_rules
    inner join {{ ref('int_definitions') }} as definitions
        on routing_rules.definition_id in (definitions.definition_id, '*')
    where routing_rules.requires_signal_id is not null
    union
    select
        'any_activity' as signal_id,
        'user' as entity_type
    union
    select
        'any_activity' as signal_id,
        'account' as entity_type

),

entity_counts as (

    select * from {{ ref('int_entity_counts') }}

),

any_signals as (

    select signal_id from signal_events
    where event_name = '*'

),

-- a signal that looks at no property counts events by their names; beside * no name matters
named_signals as (

    select distinct
        scored_signals.entity_type,
        scored_signals.signal_id,
        signals.measure,
        signal_events.event_name
    from scored_signals
    inner join signals
        on scored_signals.signal_id = signals.signal_id
    inner join signal_events
        on signals.signal_id = signal_events.signal_id
    left join any_signals
        on signals.signal_id = any_signals.signal_id
    where
        signals.property_name is null
        and signals.measure_property is null
        and signal_events.event_name not like '@%'
        and (any_signals.signal_id is null or signal_events.event_name = '*')

),

named_counts as (

    select
        entity_type,
        entity_id,
        user_id,
        item as event_name,
        event_count,
        activity_date,
        latest_received_at
    from entity_counts
    where signal_id = 'any_activity' and item <> '*'

),

-- all names together, once for all who ask for that
any_counts as (

    select
        entity_type,
        entity_id,
        user_id,
        '*' as event_name,
        sum(event_count) as event_count,
        activity_date,
        max(latest_received_at) as latest_received_at
    from entity_counts
    where signal_id = 'any_activity'
    group by entity_type, entity_id, user_id, activity_date

),

activity_counts as (

    select * from named_counts
    union all
    select * from any_counts

),

signal_days as (

    select
        'any_activity' as signal_id,
        entity_type,
        entity_id,
        user_id as item,
        event_count,
        0 as value_sum,
        activity_date,
        latest_received_at
    from any_counts
    union all
    select
        named_signals.signal_id,
        activity_counts.entity_type,
        activity_counts.entity_id,
        case when named_signals.measure = 'users' then activity_counts.user_id end as item,
        activity_counts.event_count,
        0 as value_sum,
        activity_counts.activity_date,
        activity_counts.latest_received_at
    from activity_counts
    inner join named_signals
        on
            activity_counts.entity_type = named_signals.entity_type
            and activity_counts.event_name = named_signals.event_name
    union all
    select
        entity_counts.signal_id,
        entity_counts.entity_type,
        entity_counts.entity_id,
        case
            when signals.measure = 'users' then entity_counts.user_id
            when signals.measure = 'distinct_values' then entity_counts.item
        end as item,
        entity_counts.event_count,
        entity_counts.value_sum,
        entity_counts.activity_date,
        entity_counts.latest_received_at
    from entity_counts
    inner join scored_signals
        on
            entity_counts.entity_type = scored_signals.entity_type
            and entity_counts.signal_id = scored_signals.signal_id
    inner join signals
        on entity_counts.signal_id = signals.signal_id
    where entity_counts.signal_id <> 'any_activity'
    union all
    select
        built_in_events.signal_id,
        built_in_events.entity_type,
        built_in_events.entity_id,
        built_in_events.item,
        built_in_events.event_count,
        0 as value_sum,
        built_in_events.activity_date,
        cast(null as {{ dbt.type_timestamp() }}) as latest_received_at
    from {{ ref('int_built_in_events') }} as built_in_events
    inner join scored_signals
        on
            built_in_events.entity_type = scored_signals.entity_type
            and built_in_events.signal_id = scored_signals.signal_id

)

select
    signal_id,
    entity_type,
    entity_id,
    item,
    cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
    cast(sum(value_sum) as decimal(38, 6)) as value_sum,
    activity_date,
    max(latest_received_at) as latest_received_at
from signal_days
group by signal_id, entity_type, entity_id, item, activity_date
