-- depends_on: {{ ref('config_problems') }}
with

definitions as (

    {{ config_rows('definitions') }}

)

select
    definition_key,
    definition_id,
    {{ config_integer('version') }} as definition_version,
    coalesce(definition_name, definition_id) as definition_name,
    entity_type,
    coalesce(audience, 'free|trial|paid|churned') as audience,
    product_line,
    case
        when product_line is not null then 'cross_sell'
        when audience = 'paid' then 'expansion'
        else 'free_to_paid'
    end as outcome_type,
    status,
    owner,
    rationale,
    {{ config_decimal('score_threshold', 'decimal(18, 2)') }} as score_threshold,
    coalesce({{ config_decimal('decay_points_per_week', 'decimal(18, 2)') }}, 0)
        as decay_points_per_week,
    {{ config_integer('active_within_days') }} as active_within_days,
    coalesce({{ config_integer('promote_after_days') }}, 0) as promote_after_days,
    coalesce({{ config_integer('demote_after_days') }}, 0) as demote_after_days,
    coalesce({{ config_decimal('holdout_percent', 'decimal(18, 2)') }}, 0) as holdout_percent,
    coalesce({{ config_integer('priority') }}, 9999) as priority
from definitions
