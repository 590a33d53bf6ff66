{{ config(materialized='view') }}
{%- set text = dbt.type_string() -%}

with

qualification_changes as (

    select
        qualification_change_reasons.*,
        definitions.definition_id,
        definitions.holdout_percent,
        lead(qualification_change_reasons.changed_on) over (
            partition by
                qualification_change_reasons.definition_key,
                qualification_change_reasons.entity_type,
                qualification_change_reasons.entity_id
            order by qualification_change_reasons.changed_on
        ) as next_changed_on
    from {{ ref('int_qualification_change_reasons') }} as qualification_change_reasons
    inner join {{ ref('stg_config__definitions') }} as definitions
        on qualification_change_reasons.definition_key = definitions.definition_key
    where definitions.status in ('live', 'challenger')

)

select
    {{ dbt.hash(
        "changes.definition_key || '|' || changes.entity_type || '|'"
        ~ " || changes.entity_id || '|' || cast(changes.changed_on as " ~ text ~ ")"
    ) }} as lead_id,
    changes.definition_key,
    changes.entity_type,
    changes.entity_id,
    case when timelines.is_hand_raised then 'hand_raise' else 'score' end as qualified_by,
    changes.reason,
    timelines.score,
    {{ hash_is_within(
        "changes.definition_id || ':' || changes.entity_type || ':' || changes.entity_id",
        'changes.holdout_percent'
    ) }} as is_holdout,
    changes.changed_on as qualified_on,
    case
        when changes.next_changed_on <= as_of.as_of_date then changes.next_changed_on
    end as lapsed_on,
    times.qualified_at
from qualification_changes as changes
inner join {{ ref('int_qualification_timelines') }} as timelines
    on
        changes.definition_key = timelines.definition_key
        and changes.entity_type = timelines.entity_type
        and changes.entity_id = timelines.entity_id
        and changes.changed_on = timelines.valid_from
inner join {{ ref('int_as_of') }} as as_of
    on changes.changed_on <= as_of.as_of_date
inner join {{ ref('int_qualification_times') }} as times
    on
        changes.definition_key = times.definition_key
        and changes.entity_type = times.entity_type
        and changes.entity_id = times.entity_id
        and changes.changed_on = times.qualified_on
where changes.is_qualified
