{{ config(materialized='view') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

entities as (

    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        entities.last_active_on,
        as_of.as_of_date
    from {{ ref('int_entities') }} as entities
    inner join {{ ref('stg_config__definitions') }} as definitions
        on entities.entity_type = definitions.entity_type
    cross join as_of
    where definitions.status in ('live', 'challenger')

),

attribute_values as (

    select
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        attribute_timelines.attribute,
        {{ try_decimal('attribute_timelines.attribute_value') }} as attribute_value
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    inner join as_of
        on {{ is_valid_on('attribute_timelines', 'as_of.as_of_date') }}
    where attribute_timelines.item = ''

),

rule_lines as (

    select
        entities.definition_key,
        entities.entity_type,
        entities.entity_id,
        'rule' as source,
        rules.rule_id,
        rules.signal_id,
        signals.category,
        rules.effect,
        rules.requirement_group,
        coalesce(current_rules.signal_value, 0) as signal_value,
        case
            when rules.min_value_of is null then rules.min_value
            when attribute_values.attribute_value > 0
                then rules.min_value * attribute_values.attribute_value
        end as minimum,
        coalesce(current_rules.awards, 0) as awards,
        coalesce(current_rules.points, 0) as points,
        coalesce(current_rules.awards, 0) >= 1 as is_met,
        current_rules.last_event_on,
        case
            when current_rules.last_event_on is null then 'not yet: ' || signals.signal_name
            else coalesce(signals.reason_template, signals.signal_name)
        end as reason_template,
        signals.window_days,
        entities.as_of_date
    from entities
    inner join {{ ref('stg_config__definition_rules') }} as rules
        on entities.definition_key = rules.definition_key
    inner join {{ ref('stg_config__signals') }} as signals
        on rules.signal_id = signals.signal_id
    left join attribute_values
        on
            rules.min_value_of = attribute_values.attribute
            and entities.entity_type = attribute_values.entity_type
            and entities.entity_id = attribute_values.entity_id
    left join {{ ref('int_current_rules') }} as current_rules
        on
            rules.definition_key = current_rules.definition_key
            and rules.rule_id = current_rules.rule_id
            and entities.entity_type = current_rules.entity_type
            and entities.entity_id = current_rules.entity_id

)

select
    definition_key,
    entity_type,
    entity_id,
    source,
    rule_id,
    signal_id,
    category,
    effect,
    requirement_group,
    -- the window's own noun agrees with it, every other mark with the value
    replace(
        replace(
            replace(
                replace(
                    replace(reason_template, '{window_days} day(s)', '{window_days} days'),
                    '{window_days} days',
                    coalesce({{ format_count('window_days', 'day') }}, 'all days')
                ),
                '(s)',
                case when signal_value = 1 then '' else 's' end
            ),
            '{value}',
            {{ format_number('signal_value') }}
        ),
        '{window_days}',
        coalesce({{ format_number('window_days') }}, 'all')
    )
    -- a reason that names no window says how recent it is
    || case
        when {{ dbt.position("'{window_days}'", 'reason_template') }} > 0 then ''
        when last_event_on is null then ''
        when {{ dbt.position("'{value}'", 'reason_template') }} > 0
            then ', last ' || {{ format_days_ago('last_event_on', 'as_of_date') }}
        else ' ' || {{ format_days_ago('last_event_on', 'as_of_date') }}
    end as reason,
    signal_value as value,
    minimum,
    awards,
    points,
    is_met,
    last_event_on
from rule_lines
