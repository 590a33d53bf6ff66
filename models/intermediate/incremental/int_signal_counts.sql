{{ config(**incremental_by_day('activity_date')) }}

with

signals as (

    select * from {{ ref('stg_config__signals') }}

),

any_activity as (

    select
        'any_activity' as signal_id,
        coalesce(user_id, anonymous_id) as actor_id,
        account_id,
        event_name as item,
        sum(event_count) as event_count,
        count(*) as row_count,
        cast(0 as decimal(35, 6)) as value_sum,
        event_date as activity_date,
        max(occurred_at) as latest_occurred_at,
        max(received_at) as latest_received_at
    from {{ ref('int_events_this_run') }}
    where status = 'accepted'
    group by event_name, coalesce(user_id, anonymous_id), account_id, event_date

),

-- names that begin with @ belong to the built-in events of other tables
event_signals as (

    select distinct
        event_names.event_name,
        signals.signal_id
    from (select distinct item as event_name from any_activity) as event_names
    inner join {{ ref('stg_config__signal_events') }} as signal_events
        on
            signal_events.event_name = '*'
            or (
                event_names.event_name = signal_events.event_name
                and signal_events.event_name not like '@%'
            )
    inner join signals
        on signal_events.signal_id = signals.signal_id

),

-- read once more: the properties of all events would be held in memory for both
property_events as (

    select
        coalesce(events_this_run.user_id, events_this_run.anonymous_id) as actor_id,
        events_this_run.account_id,
        events_this_run.event_count,
        events_this_run.event_date,
        events_this_run.occurred_at,
        events_this_run.received_at,
        signals.signal_id,
        signals.measure,
        signals.property_name,
        signals.property_operator,
        signals.property_value,
        case
            when signals.property_operator = 'exists'
                then {{ json_property_type('events_this_run.properties', 'signals.property_name') }}
            else {{ json_scalar('events_this_run.properties', 'signals.property_name') }}
        end as property,
        {{ json_scalar('events_this_run.properties', 'signals.measure_property') }}
            as measured_property
    from {{ ref('int_events_this_run') }} as events_this_run
    inner join event_signals
        on events_this_run.event_name = event_signals.event_name
    inner join signals
        on event_signals.signal_id = signals.signal_id
    where
        events_this_run.status = 'accepted'
        and (signals.property_name is not null or signals.measure_property is not null)

),

property_signals as (

    select
        signal_id,
        actor_id,
        account_id,
        case when measure = 'distinct_values' then measured_property end as item,
        sum(event_count) as event_count,
        count(*) as row_count,
        sum(
            case
                when measure = 'sum' then coalesce({{ try_decimal('measured_property') }}, 0)
                else 0
            end
        ) as value_sum,
        event_date as activity_date,
        max(occurred_at) as latest_occurred_at,
        max(received_at) as latest_received_at
    from property_events
    where
        property_name is null
        or {{ condition_holds('property', 'property_operator', 'property_value') }}
    group by
        signal_id,
        actor_id,
        account_id,
        case when measure = 'distinct_values' then measured_property end,
        event_date

),

signal_counts as (

    select * from any_activity
    union all
    -- values are kept as hashes: they may name people
    select
        signal_id,
        actor_id,
        account_id,
        {{ dbt.hash('item') }} as item,
        event_count,
        row_count,
        value_sum,
        activity_date,
        latest_occurred_at,
        latest_received_at
    from property_signals

)

select
    signal_id,
    actor_id,
    account_id,
    item,
    cast(event_count as {{ dbt.type_bigint() }}) as event_count,
    cast(row_count as {{ dbt.type_bigint() }}) as row_count,
    cast(value_sum as decimal(35, 6)) as value_sum,
    activity_date,
    latest_occurred_at,
    latest_received_at
from signal_counts
