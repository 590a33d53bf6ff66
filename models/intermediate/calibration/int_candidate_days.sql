{#- Counts as in int_entity_signal_days, of every signal rather than those that rules use: what no
    rule looks at yet may be what tells. What names no item to tell apart counts for its date. -#}
with

-- how new somebody is always counts, whether or not signals.csv asks for it
signals as (

    select
        signal_id,
        measure,
        property_name is null and measure_property is null as is_by_name
    from {{ ref('stg_config__signals') }}
    union all
    select
        '@signed_up' as signal_id,
        'days' as measure,
        false as is_by_name

),

entities as (

    select distinct entities.*
    from {{ ref('int_entities') }} as entities
    inner join {{ ref('int_evaluated_definitions') }} as definitions
        on entities.entity_type = definitions.entity_type

),

entity_signal_counts as (

    select * from {{ ref('int_entity_signal_counts') }}

),

event_names as (

    select distinct item as event_name
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity'

),

named_signals as (

    select distinct
        signals.signal_id,
        event_names.event_name
    from signals
    inner join {{ ref('stg_config__signal_events') }} as signal_events
        on signals.signal_id = signal_events.signal_id
    inner join event_names
        on
            signal_events.event_name = '*'
            or (
                signal_events.event_name = event_names.event_name
                and signal_events.event_name not like '@%'
            )
    where signals.is_by_name

),

signal_days as (

    select
        named_signals.signal_id,
        entity_signal_counts.entity_type,
        entity_signal_counts.entity_id,
        entity_signal_counts.user_id,
        cast(null as {{ dbt.type_string() }}) as property_value,
        entity_signal_counts.event_count,
        entity_signal_counts.value_sum,
        entity_signal_counts.activity_date
    from entity_signal_counts
    inner join named_signals
        on entity_signal_counts.item = named_signals.event_name
    where entity_signal_counts.signal_id = 'any_activity'
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        user_id,
        item as property_value,
        event_count,
        value_sum,
        activity_date
    from entity_signal_counts
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        item as user_id,
        null as property_value,
        event_count,
        0 as value_sum,
        activity_date
    from {{ ref('int_built_in_events') }}
    union all
    select
        '@signed_up' as signal_id,
        entity_type,
        entity_id,
        null as user_id,
        null as property_value,
        1 as event_count,
        0 as value_sum,
        signed_up_on as activity_date
    from {{ ref('int_known_entities') }}
    where signed_up_on is not null

),

measured_days as (

    select
        signal_days.*,
        signals.measure,
        case signals.measure
            when 'users' then signal_days.user_id
            when 'distinct_values' then signal_days.property_value
        end as item
    from signal_days
    inner join signals
        on signal_days.signal_id = signals.signal_id
    inner join entities
        on
            signal_days.entity_type = entities.entity_type
            and signal_days.entity_id = entities.entity_id

)

select
    signal_id,
    entity_type,
    entity_id,
    measure,
    item,
    cast(
        case measure
            when 'events' then sum(event_count)
            when 'sum' then sum(value_sum)
            when 'days' then 1
            else max(case when item is null then 0 else 1 end)
        end as decimal(35, 6)
    ) as amount,
    activity_date
from measured_days
group by signal_id, entity_type, entity_id, measure, item, activity_date
