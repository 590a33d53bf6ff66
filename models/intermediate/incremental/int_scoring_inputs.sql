{#- What timelines are made of beside counted days, which int_entity_day_changes compares. An input
    that holds for a while is there twice, on the days on which it begins and ends: so the
    earliest day that differs from what was scored is the one from which something changed. -#}
{%- set lasting_inputs = [
    (
        "attribute_timelines",
        ["attribute", "item", "attribute_value"],
        ["valid_from", "valid_to"],
    ),
    (
        "entity_subscriptions",
        ["product_line", "stage", "is_period"],
        ["started_on", "ended_on"],
    ),
] %}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

-- days that are not yet counted: when they are, something changes
days_to_come as (

    select
        signal_days.entity_type,
        signal_days.entity_id,
        min(signal_days.activity_date) as input_date
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join as_of
        on signal_days.activity_date > as_of.as_of_date
    group by signal_days.entity_type, signal_days.entity_id

),

attribute_timelines as (

    select attribute_timelines.*
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    inner join entities
        on
            attribute_timelines.entity_type = entities.entity_type
            and attribute_timelines.entity_id = entities.entity_id

),

entity_subscriptions as (

    select
        entity_subscriptions.*,
        -- a period that ends before it begins is none
        coalesce(
            entity_subscriptions.ended_on > entity_subscriptions.started_on, true
        ) as is_period
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join entities
        on
            entity_subscriptions.entity_type = entities.entity_type
            and entity_subscriptions.entity_id = entities.entity_id

),

inputs as (

    select
        entity_type,
        entity_id,
        input_date,
        1 as input_hash
    from days_to_come
    {%- for relation, columns, boundaries in lasting_inputs %}
    {%- for boundary in boundaries %}
    union all
    select
        entity_type,
        entity_id,
        {{ boundary }} as input_date,
        {{ "-" if loop.last }}{{ row_hash(columns + [boundary], relation) }} as input_hash
    from {{ relation }}
    where {{ boundary }} is not null
    {%- endfor %}
    {%- endfor %}
    union all
    -- what is beyond the horizon comes into view when it moves
    select
        entities.entity_type,
        entities.entity_id,
        {{ add_days('as_of.horizon_date', 1) }} as input_date,
        1 as input_hash
    from {{ ref('int_entities_with_days') }} as entities
    cross join as_of

)

-- a sum, so that no order plays a part; what ends as it begins is nothing new
select
    entity_type,
    entity_id,
    sum(input_hash) as input_hash,
    input_date
from inputs
group by entity_type, entity_id, input_date
having sum(input_hash) <> 0
