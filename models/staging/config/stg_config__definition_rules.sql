-- depends_on: {{ ref('config_problems') }}
with

definition_rules as (

    {{ config_rows('definition_rules') }}

)

select
    definition_key,
    rule_id,
    signal_id,
    coalesce(effect, 'score') as effect,
    lower(min_value_of) as min_value_of,
    requirement_group,
    coalesce({{ config_decimal('min_value', 'decimal(18, 6)') }}, 1) as min_value,
    coalesce({{ config_decimal('points', 'decimal(18, 2)') }}, 0) as points,
    coalesce({{ config_integer('max_awards') }}, 1) as max_awards,
    {{ config_decimal('half_life_days', 'decimal(18, 6)') }} as half_life_days
from definition_rules
