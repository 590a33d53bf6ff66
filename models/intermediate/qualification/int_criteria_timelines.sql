{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set counts = [
    "gate_count", "disqualified_count", "audience_count", "owned_line_count",
    "requirement_count", "active_count", "hand_raise_count",
] -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}

),

gate_groups as (

    select
        definition_key,
        count(distinct gate_group) as group_count
    from {{ ref('int_fit_rules') }}
    where effect = 'gate'
    group by definition_key

),

requirement_groups as (

    select
        definition_key,
        count(distinct requirement_group) as group_count
    from {{ ref('int_definition_rules') }}
    group by definition_key

),

condition_periods as (

    select
        definition_key,
        entity_type,
        entity_id,
        0 as entity_count,
        0 as score,
        {%- for count in counts %}
        case when condition_type || '_count' = '{{ count }}' then 1 else 0 end as {{ count }},
        {%- endfor %}
        valid_from,
        valid_to
    from {{ ref('int_conditions') }}
    union all
    -- the life of every entity under every definition of its type
    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        1 as entity_count,
        0 as score,
        0 as {{ counts | join(',\n        0 as ') }},
        entities.first_active_on as valid_from,
        cast(null as date) as valid_to
    from {{ ref('int_entities') }} as entities
    inner join definitions
        on entities.entity_type = definitions.entity_type

),

ledger as (

    select
        {{ keys | join(',\n        ') }},
        delta as score,
        changed_on as step_date
    from {{ ref('int_score_steps') }}

),

score_timelines as (

    {{ periods_from_steps('ledger', keys, ['score']) | indent(4) }}

),

-- a score is never below 0: most weeks of decay change nothing, and stop here
score_steps as (

    select
        {{ keys | join(',\n        ') }},
        greatest(score, 0) - greatest(score - score_change, 0) as score,
        valid_from as step_date
    from score_timelines
    where score > 0 or score - score_change > 0

),

steps as (

    {{ steps_from_periods(
        'condition_periods', keys, ['entity_count', 'score'] + counts
    ) | indent(4) }}
    union all
    select
        {{ keys | join(',\n        ') }},
        step_date,
        0 as entity_count,
        score,
        0 as {{ counts | join(',\n        0 as ') }}
    from score_steps

),

timelines as (

    {{ periods_from_steps('steps', keys, ['entity_count', 'score'] + counts) | indent(4) }}

),

scored_timelines as (

    select
        timelines.*,
        definitions.score_threshold,
        definitions.active_within_days,
        coalesce(requirement_groups.group_count, 0) as required_count,
        timelines.gate_count = coalesce(gate_groups.group_count, 0)
        and timelines.disqualified_count = 0
        and timelines.audience_count > 0
        and timelines.owned_line_count = 0 as is_eligible
    from timelines
    inner join definitions
        on timelines.definition_key = definitions.definition_key
    left join gate_groups
        on timelines.definition_key = gate_groups.definition_key
    left join requirement_groups
        on timelines.definition_key = requirement_groups.definition_key

)

select
    definition_key,
    entity_type,
    entity_id,
    cast(score as decimal(18, 2)) as score,
    is_eligible,
    is_eligible and hand_raise_count > 0 as is_hand_raised,
    is_eligible
    and (
        hand_raise_count > 0
        or (
            (score_threshold is null or score >= score_threshold)
            and requirement_count = required_count
            and (active_within_days is null or active_count > 0)
        )
    ) as is_meeting,
    valid_from,
    valid_to
from scored_timelines
