-- a view: the reasons are kept once
{{ config(materialized='view') }}

select
    definitions.definition_id,
    definitions.definition_version,
    reasons.entity_type,
    reasons.entity_id,
    reasons.source,
    reasons.rule_id,
    reasons.signal_id,
    reasons.category,
    reasons.effect,
    reasons.requirement_group,
    reasons.reason,
    reasons.value,
    reasons.minimum,
    reasons.awards,
    reasons.points,
    reasons.is_met,
    reasons.last_event_on
from {{ ref('int_reasons') }} as reasons
inner join {{ ref('stg_config__definitions') }} as definitions
    on reasons.definition_key = definitions.definition_key
