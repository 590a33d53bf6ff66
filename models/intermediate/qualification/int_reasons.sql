with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status in ('live', 'challenger')

),

entities as (

    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        entities.last_active_on,
        clock.as_of_date
    from {{ ref('int_entities') }} as entities
    inner join definitions
        on entities.entity_type = definitions.entity_type
    cross join clock

),

signals as (

    select * from {{ ref('int_signals') }}

),

rules as (

    select * from {{ ref('int_definition_rules') }}

),

attribute_values as (

    select
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        attribute_timelines.attribute,
        {{ try_decimal('attribute_timelines.attribute_value') }} as attribute_value
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    inner join clock
        on {{ holds_on('attribute_timelines', 'clock.as_of_date') }}
    where attribute_timelines.item = ''

),

-- the sum of a line's steps is what it adds up to today
current_lines as (

    select
        score_steps.definition_key,
        score_steps.entity_type,
        score_steps.entity_id,
        score_steps.source,
        score_steps.rule_id,
        sum(score_steps.delta) as points
    from {{ ref('int_score_steps') }} as score_steps
    inner join clock
        on score_steps.changed_on <= clock.as_of_date
    where score_steps.source <> 'rule'
    group by
        score_steps.definition_key,
        score_steps.entity_type,
        score_steps.entity_id,
        score_steps.source,
        score_steps.rule_id
    having sum(score_steps.delta) <> 0

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
    inner join rules
        on entities.definition_key = rules.definition_key
    inner join signals
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

),

worded_rule_lines as (

    select
        *,
        replace(
            replace(
                replace(
                    reason_template, '(s)', case when signal_value = 1 then '' else 's' end
                ),
                '{value}',
                {{ number_in_words('signal_value') }}
            ),
            '{window_days}',
            coalesce(cast(window_days as {{ dbt.type_string() }}), 'all')
        )
        -- a reason that names no window says how recent it is
        || case
            when {{ dbt.position("'{window_days}'", 'reason_template') }} > 0 then ''
            when last_event_on is null then ''
            when {{ dbt.position("'{value}'", 'reason_template') }} > 0
                then ', last ' || {{ days_ago_in_words('last_event_on', 'as_of_date') }}
            else ' ' || {{ days_ago_in_words('last_event_on', 'as_of_date') }}
        end as reason
    from rule_lines

),

other_lines as (

    select
        entities.definition_key,
        current_lines.entity_type,
        current_lines.entity_id,
        current_lines.source,
        current_lines.rule_id,
        case when current_lines.source = 'cap' then current_lines.rule_id end as category,
        case
            when current_lines.source = 'decay'
                then {{ dbt.datediff('entities.last_active_on', 'entities.as_of_date', 'day') }}
        end as signal_value,
        current_lines.points,
        case when current_lines.source = 'decay' then entities.last_active_on end as last_event_on,
        case current_lines.source
            when 'decay'
                then
                    'idle for '
                    || cast(
                        {{ dbt.datediff('entities.last_active_on', 'entities.as_of_date', 'day') }}
                        as {{ dbt.type_string() }}
                    )
                    || ' days'
            when 'cap'
                then
                    current_lines.rule_id || ' counts for at most '
                    || {{ number_in_words('category_caps.max_points') }} || ' points'
            else coalesce(fit_rules.reason, fit_rules.attribute)
        end as reason
    from current_lines
    inner join entities
        on
            current_lines.definition_key = entities.definition_key
            and current_lines.entity_type = entities.entity_type
            and current_lines.entity_id = entities.entity_id
    left join {{ ref('int_category_caps') }} as category_caps
        on
            current_lines.definition_key = category_caps.definition_key
            and current_lines.rule_id = category_caps.category
            and current_lines.source = 'cap'
    left join {{ ref('int_fit_rules') }} as fit_rules
        on
            current_lines.definition_key = fit_rules.definition_key
            and current_lines.rule_id = fit_rules.fit_rule_id
            and current_lines.source = 'fit'

),

lines as (

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
        reason,
        signal_value,
        minimum,
        awards,
        points,
        is_met,
        last_event_on
    from worded_rule_lines
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        source,
        rule_id,
        cast(null as {{ dbt.type_string() }}) as signal_id,
        category,
        'score' as effect,
        cast(null as {{ dbt.type_string() }}) as requirement_group,
        reason,
        signal_value,
        cast(null as decimal(38, 6)) as minimum,
        cast(null as {{ dbt.type_int() }}) as awards,
        points,
        true as is_met,
        last_event_on
    from other_lines

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
    reason,
    cast(signal_value as decimal(38, 6)) as value,
    cast(minimum as decimal(38, 6)) as minimum,
    cast(awards as {{ dbt.type_int() }}) as awards,
    cast(points as decimal(18, 2)) as points,
    is_met,
    last_event_on
from lines
