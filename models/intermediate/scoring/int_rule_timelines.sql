{{ config(**by_entity()) }}
{%- set keys = ["timeline_number", "entity_type", "entity_id"] -%}
{%- set terms = [
    "signal_id", "min_value", "min_value_of", "points", "max_awards", "half_life_days",
] -%}

with

clock as (

    select * from {{ ref('int_clock') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

typed_rules as (

    select
        definition_rules.*,
        definitions.entity_type
    from {{ ref('int_definition_rules') }} as definition_rules
    inner join {{ ref('int_definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key

),

numbered_rules as (

    select
        *,
        dense_rank() over (order by entity_type, {{ terms | join(', ') }}) as timeline_number
    from typed_rules

),

-- versions share most of their rules: rules with the same terms share a timeline
rules as (

    select distinct
        timeline_number,
        entity_type,
        {{ terms | join(',\n        ') }}
    from numbered_rules

),

value_periods as (

    select
        rules.timeline_number,
        signal_timelines.entity_type,
        signal_timelines.entity_id,
        signal_timelines.signal_value,
        0 as age_days,
        cast(0 as decimal(38, 6)) as multiple,
        rules.half_life_days is null and rules.min_value_of is null as is_plain,
        signal_timelines.valid_from,
        signal_timelines.valid_to
    from {{ of_changed_entities(ref('int_signal_timelines')) }} as signal_timelines
    inner join rules
        on
            signal_timelines.signal_id = rules.signal_id
            and signal_timelines.entity_type = rules.entity_type

),

age_periods as (

    select
        rules.timeline_number,
        signal_ages.entity_type,
        signal_ages.entity_id,
        0 as signal_value,
        signal_ages.age_days,
        0 as multiple,
        false as is_plain,
        signal_ages.valid_from,
        signal_ages.valid_to
    from {{ of_changed_entities(ref('int_signal_ages')) }} as signal_ages
    inner join rules
        on
            signal_ages.signal_id = rules.signal_id
            and signal_ages.entity_type = rules.entity_type
    where rules.half_life_days is not null

),

multiple_periods as (

    select
        rules.timeline_number,
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        0 as signal_value,
        0 as age_days,
        {{ try_decimal('attribute_timelines.attribute_value') }} as multiple,
        false as is_plain,
        attribute_timelines.valid_from,
        attribute_timelines.valid_to
    from {{ of_changed_entities(ref('int_attribute_timelines')) }} as attribute_timelines
    inner join rules
        on
            attribute_timelines.attribute = rules.min_value_of
            and attribute_timelines.entity_type = rules.entity_type
    where attribute_timelines.item = ''

),

-- value, age and the attribute change on dates of their own: their steps are summed side by side
joined_periods as (

    select * from value_periods
    where not is_plain
    union all
    select * from age_periods
    union all
    select * from multiple_periods

),

joined_steps as (

    {{ steps_from_periods(
        'joined_periods', keys, ['signal_value', 'age_days', 'multiple']
    ) | indent(4) }}

),

steps_in_horizon as (

    select joined_steps.*
    from joined_steps
    inner join clock
        on joined_steps.step_date <= clock.horizon_date

),

joined_timelines as (

    {{ periods_from_steps(
        'steps_in_horizon', keys, ['signal_value', 'age_days', 'multiple']
    ) | indent(4) }}

),

all_timelines as (

    select
        {{ keys | join(', ') }},
        signal_value,
        age_days,
        multiple,
        valid_from
    from joined_timelines
    union all
    select
        {{ keys | join(', ') }},
        signal_value,
        age_days,
        multiple,
        valid_from
    from value_periods
    where is_plain

),

measured as (

    select
        all_timelines.*,
        rules.points as rule_points,
        rules.max_awards,
        rules.half_life_days,
        case
            when rules.min_value_of is null then rules.min_value
            when all_timelines.multiple > 0 then rules.min_value * all_timelines.multiple
        end as minimum
    from all_timelines
    inner join rules
        on all_timelines.timeline_number = rules.timeline_number

),

awarded as (

    select
        *,
        cast(
            case
                when minimum is null or signal_value < minimum then 0
                when signal_value >= minimum * max_awards then max_awards
                else {{ floor_divide('signal_value', 'minimum') }}
            end as integer
        ) as awards
    from measured

),

valued as (

    select
        *,
        cast(
            round(
                rule_points * awards
                * case
                    when half_life_days is null then 1
                    else cast(power(0.5, age_days / half_life_days) as decimal(20, 18))
                end,
                2
            ) as decimal(18, 2)
        ) as points
    from awarded

),

compared as (

    select
        *,
        lag(awards, 1, 0) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as previous_awards,
        lag(points, 1, cast(0 as decimal(18, 2))) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as previous_points
    from valued

),

-- only changes are kept
changes as (

    select
        *,
        lead(valid_from) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as valid_to
    from compared
    where awards <> previous_awards or points <> previous_points

)

select
    numbered_rules.definition_key,
    numbered_rules.rule_id,
    changes.entity_type,
    changes.entity_id,
    numbered_rules.signal_id,
    numbered_rules.effect,
    numbered_rules.requirement_group,
    changes.awards,
    changes.points,
    greatest(changes.valid_from, entities.first_active_on) as valid_from,
    changes.valid_to
from changes
inner join numbered_rules
    on changes.timeline_number = numbered_rules.timeline_number
inner join entities
    on
        changes.entity_type = entities.entity_type
        and changes.entity_id = entities.entity_id
where changes.valid_to is null or changes.valid_to > entities.first_active_on
