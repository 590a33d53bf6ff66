{{ config(**by_entity()) }}

with

definitions as (

    select * from {{ ref('int_definitions') }}

),

rule_periods as (

    select
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.rule_id,
        signals.category,
        rule_timelines.points,
        rule_timelines.valid_from,
        rule_timelines.valid_to
    from {{ of_changed_entities(ref('int_rule_timelines')) }} as rule_timelines
    inner join {{ ref('int_signals') }} as signals
        on rule_timelines.signal_id = signals.signal_id
    where rule_timelines.points <> 0

),

capped_periods as (

    select
        rule_periods.definition_key,
        rule_periods.entity_type,
        rule_periods.entity_id,
        rule_periods.category,
        category_caps.max_points,
        rule_periods.points,
        rule_periods.valid_from,
        rule_periods.valid_to
    from rule_periods
    inner join {{ ref('int_category_caps') }} as category_caps
        on
            rule_periods.definition_key = category_caps.definition_key
            and rule_periods.category = category_caps.category

),

category_steps as (

    {{ steps_from_periods(
        'capped_periods',
        ['definition_key', 'entity_type', 'entity_id', 'category', 'max_points'],
        ['points'],
    ) | indent(4) }}

),

category_timelines as (

    {{ periods_from_steps(
        'category_steps',
        ['definition_key', 'entity_type', 'entity_id', 'category', 'max_points'],
        ['points'],
    ) | indent(4) }}

),

fit_periods as (

    select
        definition_key,
        entity_type,
        entity_id,
        fit_rule_id,
        points,
        valid_from,
        valid_to
    from {{ of_changed_entities(ref('int_fit_timelines')) }}
    where effect = 'points' and points <> 0

),

-- the lines of the sum, with the days on which they hold
lines as (

    select
        definition_key,
        entity_type,
        entity_id,
        'rule' as source,
        rule_id,
        points,
        valid_from,
        valid_to
    from rule_periods
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'cap' as source,
        category as rule_id,
        max_points - points as points,
        valid_from,
        valid_to
    from category_timelines
    where points > max_points
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'fit' as source,
        fit_rule_id as rule_id,
        points,
        valid_from,
        valid_to
    from fit_periods

),

line_steps as (

    {{ steps_from_periods(
        'lines', ['definition_key', 'entity_type', 'entity_id', 'source', 'rule_id'], ['points']
    ) | indent(4) }}

),

line_changes as (

    select
        definition_key,
        entity_type,
        entity_id,
        source,
        rule_id,
        cast(sum(points) as decimal(18, 2)) as delta,
        step_date as changed_on
    from line_steps
    group by definition_key, entity_type, entity_id, source, rule_id, step_date
    having sum(points) <> 0

),

-- most changes of a ledger are weeks of decay, and those need no sum
decay_changes as (

    select
        definitions.definition_key,
        signal_ages.entity_type,
        signal_ages.entity_id,
        'decay' as source,
        'idle' as rule_id,
        cast(
            definitions.decay_points_per_week
            * cast(
                (signal_ages.previous_age_days - signal_ages.age_days) / 7 as {{ dbt.type_int() }}
            ) as decimal(18, 2)
        ) as delta,
        signal_ages.valid_from as changed_on
    from {{ of_changed_entities(ref('int_signal_ages')) }} as signal_ages
    inner join definitions
        on signal_ages.entity_type = definitions.entity_type
    where
        signal_ages.signal_id = 'any_activity'
        and signal_ages.age_days <> signal_ages.previous_age_days
        and definitions.decay_points_per_week <> 0

)

select * from line_changes
union all
select * from decay_changes
