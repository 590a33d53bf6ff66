-- depends_on: {{ ref('config_problems') }}
with

fit_rules as (

    {{ config_rows('fit_rules') }}

)

select
    definition_key,
    fit_rule_id,
    lower(attribute) as attribute,
    operator,
    case
        when operator in ('in', 'not in') then {{ normalize_list('value') }}
        else value
    end as value,
    effect,
    coalesce(gate_group, fit_rule_id) as gate_group,
    coalesce(when_missing, 'fail') as when_missing,
    reason,
    coalesce({{ config_decimal('points', 'decimal(18, 2)') }}, 0) as points
from fit_rules
