{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys)) }}
{%- set measures = [
    "entity_count", "score", "failed_gate_count", "unmet_requirement_count", "hand_raise_count",
] -%}

with

definitions as (

    select * from {{ ref('int_definition_criteria') }}

),

score_steps as (

    select
        {{ keys | join(',\n        ') }},
        effective_delta as score,
        -- what came before the day of the change is one step, on the day before it
        case
            when changed_on < changed_from then {{ add_days('changed_from', -1) }}
            else changed_on
        end as step_date
    from {{ days_to_rescore(ref('int_score_steps')) }} as score_steps
    where effective_delta <> 0

),

score_timelines as (

    {{ periods_from_steps('score_steps', keys, ['score']) | indent(4) }}

),

-- gates, the audience being one, fail until they are passed, and with whatever disqualifies;
-- requirements, recent activity being one, are unmet until they are met
condition_periods as (

    select
        conditions.{{ keys | join(',\n        conditions.') }},
        0 as entity_count,
        0 as score,
        case
            when conditions.condition_type in ('gate', 'audience') then -1
            when conditions.condition_type in ('disqualified', 'owned_line') then 1
            else 0
        end as failed_gate_count,
        case
            when conditions.condition_type in ('requirement', 'active') then -1
            else 0
        end as unmet_requirement_count,
        case when conditions.condition_type = 'hand_raise' then 1 else 0 end as hand_raise_count,
        conditions.valid_from,
        conditions.valid_to
    from {{ to_rescore(ref('int_conditions')) }} as conditions
    union all
    -- the life of every entity under every definition of its type
    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        1 as entity_count,
        0 as score,
        1 + definitions.gate_count as failed_gate_count,
        definitions.requirement_count as unmet_requirement_count,
        0 as hand_raise_count,
        entities.first_active_on as valid_from,
        cast(null as date) as valid_to
    from {{ to_rescore(ref('int_entities'), ends=none) }} as entities
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
        0 as failed_gate_count,
        0 as unmet_requirement_count,
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
    timelines.failed_gate_count = 0 as is_eligible,
    timelines.failed_gate_count = 0 and timelines.hand_raise_count > 0 as is_hand_raised,
    timelines.failed_gate_count = 0
    and (
        timelines.hand_raise_count > 0
        or (
            timelines.unmet_requirement_count = 0
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
