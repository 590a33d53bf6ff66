{{ config(**continued_by_entity(['definition_key', 'entity_type', 'entity_id'])) }}

with

qualification_timelines as (

    select qualification_timelines.*
    from {{ to_rescore(ref('int_qualification_timelines')) }} as qualification_timelines

),

compared as (

    select
        *,
        lag(score) over (
            partition by definition_key, entity_type, entity_id order by valid_from
        ) as previous_score,
        lag(is_eligible) over (
            partition by definition_key, entity_type, entity_id order by valid_from
        ) as was_eligible,
        lag(is_qualified) over (
            partition by definition_key, entity_type, entity_id order by valid_from
        ) as was_qualified
    from qualification_timelines

),

changes as (

    select
        *,
        lead(valid_from) over (
            partition by definition_key, entity_type, entity_id order by valid_from
        ) as next_valid_from
    from compared
    where
        previous_score is null
        or score <> previous_score
        or is_eligible <> was_eligible
        or is_qualified <> was_qualified

)

select
    definition_key,
    entity_type,
    entity_id,
    score,
    is_eligible,
    is_qualified,
    valid_from,
    next_valid_from as valid_to
from changes
