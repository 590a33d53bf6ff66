with

lines as (

    select * from {{ ref('int_rule_reasons') }}
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        source,
        rule_id,
        cast(null as {{ dbt.type_string() }}) as signal_id,
        category,
        'score' as effect,
        cast(null as {{ dbt.type_string() }}) as requirement_group,
        reason,
        value,
        cast(null as decimal(35, 6)) as minimum,
        cast(null as {{ dbt.type_int() }}) as awards,
        points,
        true as is_met,
        last_event_on
    from {{ ref('int_adjustment_reasons') }}

)

select
    definition_key,
    entity_type,
    entity_id,
    source,
    rule_id,
    signal_id,
    category,
    effect,
    requirement_group,
    reason,
    cast(value as decimal(35, 6)) as value,
    cast(minimum as decimal(35, 6)) as minimum,
    cast(awards as {{ dbt.type_int() }}) as awards,
    cast(points as decimal(18, 2)) as points,
    is_met,
    last_event_on
from lines
