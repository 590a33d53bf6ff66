{{ config(**continued_by_entity(['definition_key', 'fit_rule_id', 'entity_type', 'entity_id'])) }}

with

entities as (

    select entities.* from {{ to_rescore(ref('int_entities'), ends=none) }} as entities

),

fit_rules as (

    select
        fit_rules.*,
        definitions.entity_type
    from {{ ref('stg_config__fit_rules') }} as fit_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on fit_rules.definition_key = definitions.definition_key

),

known_values as (

    select
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        attribute_timelines.attribute,
        lower(attribute_timelines.attribute_value) as attribute_value,
        greatest(attribute_timelines.valid_from, entities.first_active_on) as valid_from,
        attribute_timelines.valid_to
    from {{ to_rescore(ref('int_attribute_timelines')) }} as attribute_timelines
    inner join entities
        on
            attribute_timelines.entity_type = entities.entity_type
            and attribute_timelines.entity_id = entities.entity_id
    where
        attribute_timelines.attribute_value is not null
        and (
            attribute_timelines.valid_to is null
            or attribute_timelines.valid_to > entities.first_active_on
        )

),

rule_values as (

    select
        fit_rules.definition_key,
        fit_rules.fit_rule_id,
        known_values.entity_type,
        known_values.entity_id,
        0 as entity_count,
        1 as known_count,
        case
            when
                {{ condition_holds(
                    'known_values.attribute_value', 'fit_rules.operator', 'lower(fit_rules.value)'
                ) | indent(16) }}
                then 1
            else 0
        end as holding_count,
        known_values.valid_from,
        known_values.valid_to
    from known_values
    inner join fit_rules
        on
            known_values.entity_type = fit_rules.entity_type
            and known_values.attribute = fit_rules.attribute
    union all
    -- every rule has a timeline for every entity, known or not
    select
        fit_rules.definition_key,
        fit_rules.fit_rule_id,
        entities.entity_type,
        entities.entity_id,
        1 as entity_count,
        0 as known_count,
        0 as holding_count,
        entities.first_active_on as valid_from,
        cast(null as date) as valid_to
    from entities
    inner join fit_rules
        on entities.entity_type = fit_rules.entity_type

),

steps as (

    {{ steps_from_periods(
        'rule_values',
        ['definition_key', 'fit_rule_id', 'entity_type', 'entity_id'],
        ['entity_count', 'known_count', 'holding_count'],
    ) | indent(4) }}

),

steps_in_horizon as (

    select steps.*
    from steps
    inner join {{ ref('int_as_of') }} as as_of
        on steps.step_date <= as_of.horizon_date

),

timelines as (

    {{ periods_from_steps(
        'steps_in_horizon',
        ['definition_key', 'fit_rule_id', 'entity_type', 'entity_id'],
        ['entity_count', 'known_count', 'holding_count'],
    ) | indent(4) }}

)

select
    timelines.definition_key,
    timelines.fit_rule_id,
    timelines.entity_type,
    timelines.entity_id,
    fit_rules.effect,
    fit_rules.gate_group,
    case when timelines.holding_count > 0 then fit_rules.points else 0 end as points,
    timelines.known_count > 0 as is_known,
    timelines.holding_count > 0
    or (
        timelines.known_count = 0
        and fit_rules.effect = 'gate'
        and fit_rules.when_missing = 'pass'
    ) as is_met,
    timelines.valid_from,
    timelines.valid_to
from timelines
inner join fit_rules
    on
        timelines.definition_key = fit_rules.definition_key
        and timelines.fit_rule_id = fit_rules.fit_rule_id
