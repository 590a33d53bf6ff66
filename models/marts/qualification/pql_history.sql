with

qualification_timelines as (

    select * from {{ ref('int_qualification_timelines') }}

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
    definitions.definition_id,
    definitions.definition_version,
    changes.entity_type,
    changes.entity_id,
    changes.score,
    changes.is_eligible,
    changes.is_qualified,
    changes.valid_from > clock.as_of_date as is_projected,
    changes.valid_from,
    changes.next_valid_from as valid_to
from changes
inner join {{ ref('int_definitions') }} as definitions
    on changes.definition_key = definitions.definition_key
cross join {{ ref('int_clock') }} as clock
