{%- set terms = [
    "signal_id", "min_value", "min_value_of", "points", "max_awards", "half_life_days",
] -%}

{{ config(materialized='view') }}

with

typed_rules as (

    select
        definition_rules.*,
        definitions.entity_type
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key

)

select
    definition_key,
    rule_id,
    entity_type,
    {{ terms | join(',\n    ') }},
    effect,
    requirement_group,
    dense_rank() over (order by entity_type, {{ terms | join(', ') }}) as terms_number
from typed_rules
