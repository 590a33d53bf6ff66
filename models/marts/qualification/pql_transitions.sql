with

changes as (

    select qualification_change_reasons.*
    from {{ ref('int_qualification_change_reasons') }} as qualification_change_reasons
    inner join {{ ref('int_as_of') }} as as_of
        on qualification_change_reasons.changed_on <= as_of.as_of_date

),

history as (

    select * from {{ ref('int_qualification_timelines') }}

),

scored_changes as (

    select
        changes.*,
        scores_after.score as score_after,
        coalesce(scores_before.score, 0) as score_before
    from changes
    inner join history as scores_after
        on
            changes.definition_key = scores_after.definition_key
            and changes.entity_type = scores_after.entity_type
            and changes.entity_id = scores_after.entity_id
            and changes.changed_on = scores_after.valid_from
    left join history as scores_before
        on
            changes.definition_key = scores_before.definition_key
            and changes.entity_type = scores_before.entity_type
            and changes.entity_id = scores_before.entity_id
            and changes.changed_on = scores_before.valid_to

)

select
    {{ dbt.hash(
        "scored_changes.definition_key || '|' || scored_changes.entity_type || '|'"
        ~ " || scored_changes.entity_id || '|' || cast(scored_changes.changed_on as "
        ~ dbt.type_string() ~ ")"
    ) }} as transition_id,
    definitions.definition_id,
    definitions.definition_version,
    scored_changes.entity_type,
    scored_changes.entity_id,
    case when scored_changes.is_qualified then 'not_qualified' else 'qualified' end as from_status,
    case when scored_changes.is_qualified then 'qualified' else 'not_qualified' end as to_status,
    scored_changes.reason as trigger_reason,
    scored_changes.score_before,
    scored_changes.score_after,
    scored_changes.changed_on as transition_on
from scored_changes
inner join {{ ref('stg_config__definitions') }} as definitions
    on scored_changes.definition_key = definitions.definition_key
