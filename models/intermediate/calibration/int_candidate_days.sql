{#- Counts as in int_entity_signal_days, of every signal rather than those that rules use: what no
    rule looks at yet may be what tells. -#}
with

users as (

    select * from {{ ref('int_users') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

signals as (

    select * from {{ ref('stg_config__signals') }}

),

studied_types as (

    select distinct entity_type from {{ ref('int_evaluated_definitions') }}

),

entities as (

    select entities.*
    from {{ ref('int_entities') }} as entities
    inner join studied_types
        on entities.entity_type = studied_types.entity_type

),

entity_signal_counts as (

    select entity_signal_counts.*
    from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
    inner join entities
        on
            entity_signal_counts.entity_type = entities.entity_type
            and entity_signal_counts.entity_id = entities.entity_id

),

event_names as (

    select distinct item as event_name
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity'

),

named_signals as (

    select distinct
        signals.signal_id,
        signals.measure,
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
    where signals.property_name is null and signals.measure_property is null

),

sign_ups as (

    select
        'user' as entity_type,
        user_id as entity_id,
        cast(created_at as date) as signed_up_on
    from users
    union all
    select
        'account' as entity_type,
        account_id as entity_id,
        cast(created_at as date) as signed_up_on
    from accounts

),

signal_days as (

    select
        named_signals.signal_id,
        entity_signal_counts.entity_type,
        entity_signal_counts.entity_id,
        named_signals.measure,
        case when named_signals.measure = 'users' then entity_signal_counts.user_id end as item,
        entity_signal_counts.event_count,
        entity_signal_counts.value_sum,
        entity_signal_counts.activity_date
    from entity_signal_counts
    inner join named_signals
        on entity_signal_counts.item = named_signals.event_name
    where entity_signal_counts.signal_id = 'any_activity'
    union all
    select
        entity_signal_counts.signal_id,
        entity_signal_counts.entity_type,
        entity_signal_counts.entity_id,
        signals.measure,
        case signals.measure
            when 'users' then entity_signal_counts.user_id
            when 'distinct_values' then entity_signal_counts.item
        end as item,
        entity_signal_counts.event_count,
        entity_signal_counts.value_sum,
        entity_signal_counts.activity_date
    from entity_signal_counts
    inner join signals
        on entity_signal_counts.signal_id = signals.signal_id
    union all
    select
        built_in_events.signal_id,
        entities.entity_type,
        entities.entity_id,
        signals.measure,
        built_in_events.item,
        built_in_events.event_count,
        0 as value_sum,
        built_in_events.activity_date
    from {{ ref('int_built_in_events') }} as built_in_events
    inner join entities
        on
            built_in_events.entity_type = entities.entity_type
            and built_in_events.entity_id = entities.entity_id
    inner join signals
        on built_in_events.signal_id = signals.signal_id
    union all
    -- how new somebody is always counts, whether or not signals.csv asks for it
    select
        '@signed_up' as signal_id,
        entities.entity_type,
        entities.entity_id,
        'days' as measure,
        null as item,
        1 as event_count,
        0 as value_sum,
        sign_ups.signed_up_on as activity_date
    from sign_ups
    inner join entities
        on
            sign_ups.entity_type = entities.entity_type
            and sign_ups.entity_id = entities.entity_id
    where sign_ups.signed_up_on is not null

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
            else 1
        end as decimal(38, 6)
    ) as amount,
    activity_date
from signal_days
where measure in ('events', 'sum', 'days') or item is not null
group by signal_id, entity_type, entity_id, measure, item, activity_date
