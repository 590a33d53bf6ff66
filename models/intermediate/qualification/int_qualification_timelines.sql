{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys)) }}

with

eligibility_history as (

    select eligibility_history.*
    from {{ to_rescore(ref('int_eligibility_history')) }} as eligibility_history

),

qualification_changes as (

    select changes.* from {{ to_rescore(ref('int_qualification_changes'), ends=none) }} as changes

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
    eligibility_history.definition_key,
    eligibility_history.entity_type,
    eligibility_history.entity_id,
    eligibility_history.score,
    eligibility_history.is_eligible,
    eligibility_history.is_hand_raised,
    eligibility_history.is_meeting,
    coalesce(spells.is_qualified, false) as is_qualified,
    case
        when spells.valid_from > eligibility_history.valid_from then spells.valid_from
        else eligibility_history.valid_from
    end as valid_from,
    case
        when eligibility_history.valid_to <= spells.valid_to then eligibility_history.valid_to
        else coalesce(spells.valid_to, eligibility_history.valid_to)
    end as valid_to
from eligibility_history
left join spells
    on
        eligibility_history.definition_key = spells.definition_key
        and eligibility_history.entity_type = spells.entity_type
        and eligibility_history.entity_id = spells.entity_id
        and (
            eligibility_history.valid_to is null
            or eligibility_history.valid_to > spells.valid_from
        )
        and (spells.valid_to is null or eligibility_history.valid_from < spells.valid_to)
