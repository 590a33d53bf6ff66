{#- Of whom the timelines are to be made anew: those whose inputs, or the way of scoring, are others
    than when they were last scored, and those whom a build that was stopped left over. -#}
{%- set scored_entities = adapter.get_relation(this.database, this.schema, "int_scored_entities")
    if execute and not flags.FULL_REFRESH else none -%}
{%- set left_over = adapter.get_relation(this.database, this.schema, this.identifier)
    if execute else none -%}

with

signal_days as (

    select signal_days.*
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join {{ ref('int_clock') }} as clock
        on signal_days.activity_date <= clock.as_of_date

),

inputs as (

    select
        entity_type,
        entity_id,
        1 as is_seen,
        {{ row_number_hash(
            ["signal_id", "item", "event_count", "value_sum", "activity_date"], "signal_days"
        ) }} as row_hash
    from signal_days
    union all
    select
        entity_type,
        entity_id,
        0 as is_seen,
        {{ row_number_hash(
            ["attribute", "item", "attribute_value", "valid_from", "valid_to"],
            "attribute_timelines",
        ) }} as row_hash
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    union all
    select
        entity_type,
        entity_id,
        0 as is_seen,
        {{ row_number_hash(
            ["product_line", "stage", "started_on", "ended_on"], "entity_subscriptions"
        ) }} as row_hash
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions

),

-- a sum, so that no order plays a part
entity_inputs as (

    select
        entity_type,
        entity_id,
        sum(row_hash) as input_hash
    from inputs
    group by entity_type, entity_id
    having max(is_seen) = 1

),

entities as (

    select
        entity_inputs.entity_type,
        entity_inputs.entity_id,
        way_of_scoring.fingerprint
        || '|' || cast(entity_inputs.input_hash as {{ dbt.type_string() }}) as fingerprint
    from entity_inputs
    cross join {{ ref('int_way_of_scoring') }} as way_of_scoring

),

known_entities as (

    {% if scored_entities -%}
    select
        entity_type,
        entity_id,
        fingerprint
    from {{ scored_entities }}
    {%- else -%}
    select * from entities
    where 1 = 0
    {%- endif %}

),

left_over_entities as (

    {% if left_over -%}
    select
        entity_type,
        entity_id
    from {{ left_over }}
    {%- else -%}
    select
        entity_type,
        entity_id
    from entities
    where 1 = 0
    {%- endif %}

),

all_entities as (

    select
        entity_type,
        entity_id
    from entities
    union
    select
        entity_type,
        entity_id
    from known_entities
    union
    select
        entity_type,
        entity_id
    from left_over_entities

)

select
    all_entities.entity_type,
    all_entities.entity_id,
    entities.fingerprint
from all_entities
left join entities
    on
        all_entities.entity_type = entities.entity_type
        and all_entities.entity_id = entities.entity_id
left join known_entities
    on
        all_entities.entity_type = known_entities.entity_type
        and all_entities.entity_id = known_entities.entity_id
left join left_over_entities
    on
        all_entities.entity_type = left_over_entities.entity_type
        and all_entities.entity_id = left_over_entities.entity_id
where
    left_over_entities.entity_id is not null
    or known_entities.fingerprint is null
    or entities.fingerprint is null
    or entities.fingerprint <> known_entities.fingerprint
