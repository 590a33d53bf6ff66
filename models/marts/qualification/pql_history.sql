-- a view: the same rows once more would cost a build as much as all that changed in a day
{{ config(materialized='view') }}

select
    definitions.definition_id,
    definitions.definition_version,
    score_history.entity_type,
    score_history.entity_id,
    score_history.score,
    score_history.is_eligible,
    score_history.is_qualified,
    score_history.valid_from > as_of.as_of_date as is_projected,
    score_history.valid_from,
    score_history.valid_to
from {{ ref('int_score_history') }} as score_history
inner join {{ ref('stg_config__definitions') }} as definitions
    on score_history.definition_key = definitions.definition_key
cross join {{ ref('int_scored_as_of') }} as as_of
