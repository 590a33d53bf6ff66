{%- set built_in_events = built_in_event_names() -%}
{%- set built_in_list = dbt.string_literal(built_in_events | join("|")) -%}

with

signals as (

    {{ config_rows('signals') }}

),

event_names as (

    {{ list_items('signals', ['signal_id'], 'event_name') }}

),

built_in_uses as (

    select
        signal_id,
        min(case when item like '@%' then item end) as built_in_event,
        min(
            case
                when item like '@%' and not {{ is_in_list('item', built_in_list) }}
                    then item
            end
        ) as unknown_event,
        max(case when item like '@%' then 0 else 1 end) as has_other_events
    from event_names
    group by signal_id

),

built_in_signals as (

    select
        signals.*,
        built_in_uses.built_in_event,
        built_in_uses.unknown_event,
        built_in_uses.has_other_events
    from signals
    inner join built_in_uses
        on signals.signal_id = built_in_uses.signal_id
    where built_in_uses.built_in_event is not null

)

select
    'signals.csv' as file_name,
    row_key,
    'event_name' as column_name,
    unknown_event || ' is no built-in event' as problem,
    'write one of {{ built_in_events | join(", ") }}, or an event name without @'
        as suggested_fix,
    'error' as severity
from built_in_signals
where unknown_event is not null

union all

select
    'signals.csv' as file_name,
    row_key,
    case when property_name is not null then 'property_name' else 'measure_property' end
        as column_name,
    'built-in events such as ' || built_in_event || ' have no properties: none is counted'
        as problem,
    'leave the cell blank, or give built-in events a signal of their own' as suggested_fix,
    case when has_other_events = 1 then 'warning' else 'error' end as severity
from built_in_signals
where property_name is not null or measure_property is not null

union all

select
    'signals.csv' as file_name,
    row_key,
    'measure' as column_name,
    'built-in events such as ' || built_in_event || ' are no act of a user' as problem,
    'write events or days' as suggested_fix,
    'warning' as severity
from built_in_signals
where measure = 'users'

union all

select
    'signals.csv' as file_name,
    row_key,
    'signal_id' as column_name,
    'any_activity is the name of a signal that is always there' as problem,
    'give this signal another name, here and in the rules' as suggested_fix,
    'error' as severity
from signals
where signal_id = 'any_activity'

union all

select
    'signals.csv' as file_name,
    row_key,
    'measure_property' as column_name,
    'is blank, but measure is ' || measure as problem,
    'write the name of the event property to '
    || case measure when 'sum' then 'add up' else 'tell apart' end as suggested_fix,
    'error' as severity
from signals
where measure in ('sum', 'distinct_values') and measure_property is null

union all

select
    'signals.csv' as file_name,
    row_key,
    'measure_property' as column_name,
    'is not used where measure is ' || measure as problem,
    'leave the cell blank, or write the measure sum or distinct_values' as suggested_fix,
    'warning' as severity
from signals
where measure in ('events', 'days', 'users') and measure_property is not null

union all

select
    'signals.csv' as file_name,
    row_key,
    'reason_template' as column_name,
    'has a part in braces that nothing stands for' as problem,
    'use no braces but {value} and {window_days}' as suggested_fix,
    'error' as severity
from signals
where
    translate(replace(replace(reason_template, '{value}', ''), '{window_days}', ''), '{}', '')
    <> replace(replace(reason_template, '{value}', ''), '{window_days}', '')

union all

select
    'signals.csv' as file_name,
    row_key,
    'reason_template' as column_name,
    'names {window_days}, but window_days is blank' as problem,
    'write window_days, or take {window_days} out of the text' as suggested_fix,
    'warning' as severity
from signals
where window_days is null and reason_template like '%{window_days}%'
