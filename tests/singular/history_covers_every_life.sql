-- Every entity has a history under every definition of its type, from its first active day on.
{{ config(group='pql') }}

with

first_days as (

    select
        definition_id,
        definition_version,
        entity_type,
        entity_id,
        min(valid_from) as first_valid_from
    from {{ ref('pql_history') }}
    group by definition_id, definition_version, entity_type, entity_id

),

lives as (

    select
        definitions.definition_id,
        definitions.definition_version,
        entities.entity_type,
        entities.entity_id,
        entities.first_active_on
    from {{ ref('int_entities') }} as entities
    inner join {{ ref('stg_config__definitions') }} as definitions
        on entities.entity_type = definitions.entity_type

)

select
    lives.*,
    first_days.entity_id as entity_in_history,
    first_days.first_valid_from
from lives
full outer join first_days
    on
        lives.definition_id = first_days.definition_id
        and lives.definition_version = first_days.definition_version
        and lives.entity_type = first_days.entity_type
        and lives.entity_id = first_days.entity_id
where
    lives.entity_id is null
    or first_days.entity_id is null
    or lives.first_active_on <> first_days.first_valid_from
