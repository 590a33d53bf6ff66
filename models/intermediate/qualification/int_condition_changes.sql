{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys, starts="changed_on", ends=none)) }}

with

new_changes as (

    select changes.*
    from {{ to_rescore(ref('int_qualification_changes'), ends='changed_on') }} as changes

),

qualification_changes as (

    select
        new_changes.*,
        new_changes.caused_on = entities.first_active_on as is_first_day
    from new_changes
    inner join {{ ref('int_entities') }} as entities
        on
            new_changes.entity_type = entities.entity_type
            and new_changes.entity_id = entities.entity_id

),

changing_entities as (

    select distinct {{ keys | join(', ') }}
    from qualification_changes

),

compared_criteria as (

    select
        eligibility_history.*,
        lag(eligibility_history.is_eligible) over (
            partition by
                eligibility_history.definition_key,
                eligibility_history.entity_type,
                eligibility_history.entity_id
            order by eligibility_history.valid_from
        ) as was_eligible
    from {{ ref('int_eligibility_history') }} as eligibility_history
    inner join changing_entities
        on
            eligibility_history.definition_key = changing_entities.definition_key
            and eligibility_history.entity_type = changing_entities.entity_type
            and eligibility_history.entity_id = changing_entities.entity_id

),

eligibility_changes as (

    select
        {{ keys | join(',\n        ') }},
        valid_from as changed_on
    from compared_criteria
    where is_eligible <> was_eligible

)

-- conditions that begin or end on the day that decided
select
    qualification_changes.definition_key,
    qualification_changes.entity_type,
    qualification_changes.entity_id,
    qualification_changes.changed_on,
    qualification_changes.caused_on,
    qualification_changes.is_qualified,
    conditions.condition_type,
    conditions.condition_id,
    conditions.valid_from = qualification_changes.caused_on as is_start
from qualification_changes
inner join {{ ref('int_conditions') }} as conditions
    on
        qualification_changes.definition_key = conditions.definition_key
        and qualification_changes.entity_type = conditions.entity_type
        and qualification_changes.entity_id = conditions.entity_id
        and (
            qualification_changes.caused_on = conditions.valid_from
            or qualification_changes.caused_on = conditions.valid_to
        )
left join eligibility_changes
    on
        qualification_changes.definition_key = eligibility_changes.definition_key
        and qualification_changes.entity_type = eligibility_changes.entity_type
        and qualification_changes.entity_id = eligibility_changes.entity_id
        and qualification_changes.caused_on = eligibility_changes.changed_on
where
    (
        conditions.condition_type in ('hand_raise', 'requirement')
        -- on the first day all that is known begins: the cause is what the entity did
        or (conditions.condition_type = 'active' and not qualification_changes.is_first_day)
        -- stage and fit may change without a change of eligibility
        or eligibility_changes.changed_on is not null
    )
    -- in the direction of the change
    and (
        (conditions.valid_from = qualification_changes.caused_on)
        = qualification_changes.is_qualified
    ) = (conditions.condition_type not in ('disqualified', 'owned_line'))
