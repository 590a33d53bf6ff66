{{ config(**continued_by_entity(['signal_id', 'entity_type', 'entity_id'])) }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

signal_days as (

    select
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id,
        signal_days.item,
        signals.measure,
        signal_days.event_count,
        signal_days.value_sum,
        signals.window_days,
        signal_days.activity_date,
        as_of.horizon_date
    from {{ days_to_rescore(ref('int_entity_signal_days')) }} as signal_days
    inner join {{ ref('stg_config__signals') }} as signals
        on signal_days.signal_id = signals.signal_id
    inner join as_of
        on signal_days.activity_date <= as_of.as_of_date
    -- a day that has left its window before the day of the change plays no part any more
    where
        signals.window_days is null
        or {{ add_days('signal_days.activity_date', 'signals.window_days') }}
        >= signal_days.changed_from

),

-- a day adds its amount when it enters the window, and takes it back when it leaves
amounts as (

    select
        signal_id,
        entity_type,
        entity_id,
        case measure
            when 'events' then event_count
            when 'sum' then value_sum
            else 1
        end as amount,
        activity_date as entry_date,
        {{ add_days('activity_date', 'window_days') }} as exit_date,
        horizon_date
    from signal_days
    where measure in ('events', 'sum', 'days')

),

items as (

    select
        signal_id,
        entity_type,
        entity_id,
        item,
        activity_date as entry_date,
        {{ add_days('activity_date', 'window_days') }} as exit_date,
        horizon_date
    from signal_days
    where measure in ('users', 'distinct_values') and item is not null

),

neighbouring_items as (

    select
        *,
        lag(exit_date) over (
            partition by signal_id, entity_type, entity_id, item order by entry_date
        ) as previous_exit_date,
        lead(entry_date) over (
            partition by signal_id, entity_type, entity_id, item order by entry_date
        ) as next_entry_date,
        row_number() over (
            partition by signal_id, entity_type, entity_id, item order by entry_date
        ) as entry_number
    from items

),

-- an item counts once, from its first day in the window until no day of it is left there
steps as (

    select
        signal_id,
        entity_type,
        entity_id,
        amount as signal_value,
        entry_date as step_date
    from amounts
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        -amount as signal_value,
        exit_date as step_date
    from amounts
    where exit_date <= horizon_date
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        1 as signal_value,
        entry_date as step_date
    from neighbouring_items
    where entry_number = 1 or previous_exit_date < entry_date
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        -1 as signal_value,
        exit_date as step_date
    from neighbouring_items
    where
        exit_date <= horizon_date
        and (next_entry_date is null or next_entry_date > exit_date)

),

timelines as (

    {{ periods_from_steps(
        'steps', ['signal_id', 'entity_type', 'entity_id'], ['signal_value']
    ) | indent(4) }}

)

select
    signal_id,
    entity_type,
    entity_id,
    cast(signal_value as decimal(35, 6)) as signal_value,
    valid_from,
    valid_to
from timelines
