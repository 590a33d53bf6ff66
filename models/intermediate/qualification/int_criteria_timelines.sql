{{ config(**by_entity()) }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set measures = [
    "entity_count", "score", "obstacle_count", "missing_count", "hand_raise_count",
] -%}

with

gates as (

    select
        definition_key,
        count(distinct case when effect = 'gate' then gate_group end) as group_count,
        sum(case when effect = 'points' then greatest(points, 0) else 0 end) as most_points
    from {{ ref('int_fit_rules') }}
    group by definition_key

),

requirements as (

    select
        definition_key,
        count(distinct requirement_group) as group_count,
        sum(greatest(points, 0) * max_awards) as most_points
    from {{ ref('int_definition_rules') }}
    group by definition_key

),

-- what stands between everybody and a lead, and after how many idle days no points can be left
definitions as (

    select
        definitions.definition_key,
        definitions.entity_type,
        definitions.score_threshold,
        definitions.decay_points_per_week,
        1 + coalesce(gates.group_count, 0) as obstacle_count,
        coalesce(requirements.group_count, 0)
        + case when definitions.active_within_days is null then 0 else 1 end as missing_count,
        case
            when definitions.decay_points_per_week > 0
                then
                    7 * (1 + {{ floor_divide(
                        'coalesce(gates.most_points, 0) + coalesce(requirements.most_points, 0)',
                        'definitions.decay_points_per_week'
                    ) }})
        end as decayed_days
    from {{ ref('int_definitions') }} as definitions
    left join gates
        on definitions.definition_key = gates.definition_key
    left join requirements
        on definitions.definition_key = requirements.definition_key

),

decay as (

    select
        definitions.definition_key,
        definitions.decay_points_per_week,
        signal_ages.entity_type,
        signal_ages.entity_id,
        least(signal_ages.age_days, definitions.decayed_days) as idle_days,
        least(signal_ages.previous_age_days, definitions.decayed_days) as previous_idle_days,
        signal_ages.valid_from
    from {{ of_changed_entities(ref('int_signal_ages')) }} as signal_ages
    inner join definitions
        on signal_ages.entity_type = definitions.entity_type
    where signal_ages.signal_id = 'any_activity' and definitions.decay_points_per_week > 0

),

-- decay beyond that would change no score, as a score is never below 0
ledger as (

    select
        {{ keys | join(',\n        ') }},
        delta as score,
        changed_on as step_date
    from {{ of_changed_entities(ref('int_score_steps')) }}
    where source <> 'decay'
    union all
    select
        {{ keys | join(',\n        ') }},
        decay_points_per_week
        * cast((previous_idle_days - idle_days) / 7 as {{ dbt.type_int() }}) as score,
        valid_from as step_date
    from decay
    where idle_days <> previous_idle_days

),

score_timelines as (

    {{ periods_from_steps('ledger', keys, ['score']) | indent(4) }}

),

conditions as (

    select * from {{ of_changed_entities(ref('int_conditions')) }}

),

-- obstacles: the audience and the gates until they are passed, and whatever disqualifies;
-- missing: the requirements, recent activity being one, until they are met
condition_periods as (

    select
        {{ keys | join(',\n        ') }},
        0 as entity_count,
        0 as score,
        case
            when condition_type in ('gate', 'audience') then -1
            when condition_type in ('disqualified', 'owned_line') then 1
            else 0
        end as obstacle_count,
        case when condition_type in ('requirement', 'active') then -1 else 0 end as missing_count,
        case when condition_type = 'hand_raise' then 1 else 0 end as hand_raise_count,
        valid_from,
        valid_to
    from conditions
    union all
    -- the life of every entity under every definition of its type
    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        1 as entity_count,
        0 as score,
        definitions.obstacle_count,
        definitions.missing_count,
        0 as hand_raise_count,
        entities.first_active_on as valid_from,
        cast(null as date) as valid_to
    from {{ of_changed_entities(ref('int_entities')) }} as entities
    inner join definitions
        on entities.entity_type = definitions.entity_type

),

steps as (

    {{ steps_from_periods('condition_periods', keys, measures) | indent(4) }}
    union all
    select
        {{ keys | join(',\n        ') }},
        valid_from as step_date,
        0 as entity_count,
        greatest(score, 0) - greatest(score - score_change, 0) as score,
        0 as obstacle_count,
        0 as missing_count,
        0 as hand_raise_count
    from score_timelines
    where score > 0 or score - score_change > 0

),

timelines as (

    {{ periods_from_steps('steps', keys, measures) | indent(4) }}

)

select
    timelines.definition_key,
    timelines.entity_type,
    timelines.entity_id,
    cast(timelines.score as decimal(18, 2)) as score,
    timelines.obstacle_count = 0 as is_eligible,
    timelines.obstacle_count = 0 and timelines.hand_raise_count > 0 as is_hand_raised,
    timelines.obstacle_count = 0
    and (
        timelines.hand_raise_count > 0
        or (
            timelines.missing_count = 0
            and (
                definitions.score_threshold is null
                or timelines.score >= definitions.score_threshold
            )
        )
    ) as is_meeting,
    timelines.valid_from,
    timelines.valid_to
from timelines
inner join definitions
    on timelines.definition_key = definitions.definition_key
