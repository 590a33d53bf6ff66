{{ config(**by_entity()) }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}

with

criteria_timelines as (

    select * from {{ of_changed_entities(ref('int_criteria_timelines')) }}

),

qualification_changes as (

    select * from {{ of_changed_entities(ref('int_qualification_changes')) }}

),

-- who has no change was never qualified; who has any was not before the first
spells as (

    select
        {{ keys | join(',\n        ') }},
        is_qualified,
        changed_on as valid_from,
        lead(changed_on) over (
            partition by {{ keys | join(', ') }} order by changed_on
        ) as valid_to
    from qualification_changes
    union all
    select
        {{ keys | join(',\n        ') }},
        false as is_qualified,
        {{ always() }} as valid_from,
        min(changed_on) as valid_to
    from qualification_changes
    group by {{ keys | join(', ') }}

)

-- a change splits the period that it falls into
select
    criteria_timelines.definition_key,
    criteria_timelines.entity_type,
    criteria_timelines.entity_id,
    criteria_timelines.score,
    criteria_timelines.is_eligible,
    criteria_timelines.is_hand_raised,
    criteria_timelines.is_meeting,
    coalesce(spells.is_qualified, false) as is_qualified,
    case
        when spells.valid_from > criteria_timelines.valid_from then spells.valid_from
        else criteria_timelines.valid_from
    end as valid_from,
    case
        when criteria_timelines.valid_to <= spells.valid_to then criteria_timelines.valid_to
        else coalesce(spells.valid_to, criteria_timelines.valid_to)
    end as valid_to
from criteria_timelines
left join spells
    on
        criteria_timelines.definition_key = spells.definition_key
        and criteria_timelines.entity_type = spells.entity_type
        and criteria_timelines.entity_id = spells.entity_id
        and (criteria_timelines.valid_to is null or criteria_timelines.valid_to > spells.valid_from)
        and (spells.valid_to is null or criteria_timelines.valid_from < spells.valid_to)
