-- The transitions are the days up to the as-of date on which is_qualified changes in the history,
-- with the scores on either side; so they alternate, and begin with `qualified`.
{{ config(group='pql') }}
{%- set keys = ["definition_id", "definition_version", "entity_type", "entity_id"] %}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

transitions as (

    select * from {{ ref('pql_transitions') }}

),

compared as (

    select
        *,
        lag(is_qualified, 1, false) over (
            partition by {{ keys | join(", ") }} order by valid_from
        ) as was_qualified,
        lag(score, 1, cast(0 as decimal(18, 2))) over (
            partition by {{ keys | join(", ") }} order by valid_from
        ) as score_before
    from {{ ref('pql_history') }}

),

changes as (

    select compared.*
    from compared
    inner join as_of
        on compared.valid_from <= as_of.as_of_date
    where compared.is_qualified <> compared.was_qualified

)

select
    changes.definition_id,
    changes.definition_version,
    changes.entity_type,
    changes.entity_id,
    changes.is_qualified,
    changes.valid_from,
    transitions.transition_id
from changes
full outer join transitions
    on
        changes.definition_id = transitions.definition_id
        and changes.definition_version = transitions.definition_version
        and changes.entity_type = transitions.entity_type
        and changes.entity_id = transitions.entity_id
        and changes.valid_from = transitions.transition_on
where
    changes.entity_id is null
    or transitions.entity_id is null
    or changes.is_qualified <> (transitions.to_status = 'qualified')
    or changes.is_qualified <> (transitions.from_status = 'not_qualified')
    or changes.score <> transitions.score_after
    or changes.score_before <> transitions.score_before
