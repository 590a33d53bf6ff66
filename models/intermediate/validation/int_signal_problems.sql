{%- set built_in_events = built_in_event_names() -%}

with

signals as (

    {{ config_rows('signals') }}

),

fit_rules as (

    {{ config_rows('fit_rules') }}

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
                when
                    item like '@%'
                    and item not in (
                        {%- for name in built_in_events %}
                        '{{ name }}'{{ "," if not loop.last }}
                        {%- endfor %}
                    )
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

),

event_problems as (

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
        case
            when property_name is not null then 'property_name' else 'measure_property'
        end as column_name,
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

),

measure_problems as (

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

),

filter_problems as (

    select
        'signals.csv' as file_name,
        row_key,
        case
            when property_name is null then 'property_name' else 'property_operator'
        end as column_name,
        'is blank, but another part of the filter is given' as problem,
        'write property_name, property_operator and property_value, or leave all three blank'
            as suggested_fix,
        'error' as severity
    from signals
    where
        coalesce(property_name, property_operator, property_value) is not null
        and (property_name is null or property_operator is null)

),

reason_problems as (

    select
        'signals.csv' as file_name,
        row_key,
        'reason_template' as column_name,
        'has a part in braces that nothing stands for' as problem,
        'use no braces but {value} and {window_days}' as suggested_fix,
        'error' as severity
    from signals
    where
        translate(
            replace(replace(reason_template, '{value}', ''), '{window_days}', ''), '{}', ''
        )
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

),

-- conditions on an event property and on an attribute go wrong in the same ways
conditions as (

    select
        'signals.csv' as file_name,
        row_key,
        'property_value' as column_name,
        property_operator as operator,
        property_value as expected
    from signals
    union all
    select
        'fit_rules.csv' as file_name,
        row_key,
        'value' as column_name,
        operator,
        value as expected
    from fit_rules

),

condition_problems as (

    select
        file_name,
        row_key,
        column_name,
        'is blank, but the operator is ' || operator as problem,
        'write what to compare with, or use the operator exists' as suggested_fix,
        'error' as severity
    from conditions
    where operator <> 'exists' and expected is null

    union all

    select
        file_name,
        row_key,
        column_name,
        '"' || expected || '" is not a number, but the operator is ' || operator as problem,
        'write a number, or use another operator' as suggested_fix,
        'error' as severity
    from conditions
    where
        operator in ('>=', '<=')
        and expected is not null
        and {{ try_decimal('expected') }} is null

    union all

    select
        file_name,
        row_key,
        column_name,
        '"' || expected || '" is compared as a whole, as the operator is ' || operator as problem,
        'use the operator in or not in for a list, or write one value' as suggested_fix,
        'warning' as severity
    from conditions
    where operator in ('=', '!=') and expected like '%|%'

    union all

    select
        file_name,
        row_key,
        column_name,
        'is not used, as the operator is exists' as problem,
        'leave the cell blank, or use another operator' as suggested_fix,
        'warning' as severity
    from conditions
    where operator = 'exists' and expected is not null

)

select * from event_problems
union all
select * from measure_problems
union all
select * from filter_problems
union all
select * from reason_problems
union all
select * from condition_problems
