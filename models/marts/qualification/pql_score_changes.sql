-- a view: the same rows once more would cost a build as much as all that changed in a day
{{ config(materialized='view') }}

select
    definitions.definition_id,
    definitions.definition_version,
    score_steps.entity_type,
    score_steps.entity_id,
    score_steps.source,
    score_steps.rule_id,
    score_steps.delta,
    score_steps.changed_on > as_of.as_of_date as is_projected,
    score_steps.changed_on
from {{ ref('int_score_steps') }} as score_steps
inner join {{ ref('stg_config__definitions') }} as definitions
    on score_steps.definition_key = definitions.definition_key
cross join {{ ref('int_scored_as_of') }} as as_of
