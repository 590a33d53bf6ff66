{{ config(materialized='view') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

fit_rules as (

    select
        fit_rules.*,
        definitions.entity_type
    from {{ ref('stg_config__fit_rules') }} as fit_rules
    inner join definitions
        on fit_rules.definition_key = definitions.definition_key

),

-- what is known today; of several job titles the first stands for all
known_values as (

    select
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        attribute_timelines.attribute,
        min(attribute_timelines.attribute_value) as attribute_value
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    inner join as_of
        on {{ is_valid_on('attribute_timelines', 'as_of.as_of_date') }}
    group by
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        attribute_timelines.attribute

)

select
    fit_timelines.definition_key,
    fit_timelines.entity_type,
    fit_timelines.entity_id,
    fit_timelines.fit_rule_id,
    fit_timelines.effect,
    fit_timelines.gate_group,
    fit_timelines.is_met,
    coalesce(
        fit_rules.reason,
        fit_rules.attribute || ' ' || fit_rules.operator || coalesce(' ' || fit_rules.value, '')
    )
    || ' (' || replace(fit_rules.attribute, '_', ' ') || ': '
    || coalesce(known_values.attribute_value, 'unknown') || ')' as reason
from {{ ref('int_fit_timelines') }} as fit_timelines
inner join fit_rules
    on
        fit_timelines.definition_key = fit_rules.definition_key
        and fit_timelines.fit_rule_id = fit_rules.fit_rule_id
inner join as_of
    on {{ is_valid_on('fit_timelines', 'as_of.as_of_date') }}
left join known_values
    on
        fit_timelines.entity_type = known_values.entity_type
        and fit_timelines.entity_id = known_values.entity_id
        and fit_rules.attribute = known_values.attribute
