{#- Value, age and the attribute change on dates of their own: their steps are summed side by
    side. -#}
{%- set keys = ["terms_number", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys)) }}
{%- set measures = ["signal_value", "age_days", "multiple"] -%}

with

terms as (

    select distinct
        terms_number,
        entity_type,
        signal_id,
        min_value_of,
        half_life_days
    from {{ ref('int_rule_terms') }}
    where half_life_days is not null or min_value_of is not null

),

periods as (

    select
        terms.terms_number,
        signal_timelines.entity_type,
        signal_timelines.entity_id,
        signal_timelines.signal_value,
        0 as age_days,
        cast(0 as decimal(35, 6)) as multiple,
        signal_timelines.valid_from,
        signal_timelines.valid_to
    from {{ to_rescore(ref('int_signal_timelines')) }} as signal_timelines
    inner join terms
        on
            signal_timelines.signal_id = terms.signal_id
            and signal_timelines.entity_type = terms.entity_type
    union all
    select
        terms.terms_number,
        signal_ages.entity_type,
        signal_ages.entity_id,
        0 as signal_value,
        signal_ages.age_days,
        0 as multiple,
        signal_ages.valid_from,
        signal_ages.valid_to
    from {{ to_rescore(ref('int_signal_ages')) }} as signal_ages
    inner join terms
        on
            signal_ages.signal_id = terms.signal_id
            and signal_ages.entity_type = terms.entity_type
    where terms.half_life_days is not null
    union all
    select
        terms.terms_number,
        attribute_timelines.entity_type,
        attribute_timelines.entity_id,
        0 as signal_value,
        0 as age_days,
        {{ try_decimal('attribute_timelines.attribute_value') }} as multiple,
        attribute_timelines.valid_from,
        attribute_timelines.valid_to
    from {{ to_rescore(ref('int_attribute_timelines')) }} as attribute_timelines
    inner join terms
        on
            attribute_timelines.attribute = terms.min_value_of
            and attribute_timelines.entity_type = terms.entity_type
    -- an attribute may be known of somebody who is never scored
    inner join {{ ref('int_entities') }} as entities
        on
            attribute_timelines.entity_type = entities.entity_type
            and attribute_timelines.entity_id = entities.entity_id
    where attribute_timelines.item = ''

),

steps as (

    {{ steps_from_periods('periods', keys, measures) | indent(4) }}

),

steps_in_horizon as (

    select steps.*
    from steps
    inner join {{ ref('int_as_of') }} as as_of
        on steps.step_date <= as_of.horizon_date

),

timelines as (

    {{ periods_from_steps('steps_in_horizon', keys, measures) | indent(4) }}

)

select
    {{ keys | join(',\n    ') }},
    {{ measures | join(',\n    ') }},
    valid_from,
    valid_to
from timelines
