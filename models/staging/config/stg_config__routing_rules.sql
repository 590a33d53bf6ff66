-- depends_on: {{ ref('config_problems') }}
with

routing_rules as (

    {{ config_rows('routing_rules') }}

)

select
    definition_id,
    requires_signal_id,
    tier,
    motion,
    coalesce(owner_role, 'unassigned') as owner_role,
    channel,
    next_action,
    {{ config_integer('priority') }} as priority,
    {{ config_decimal('min_score', 'decimal(18, 2)') }} as min_score,
    {{ config_decimal('max_score', 'decimal(18, 2)') }} as max_score,
    {{ config_integer('min_employees') }} as min_employees,
    {{ config_integer('max_employees') }} as max_employees,
    {{ config_integer('sla_hours') }} as sla_hours,
    coalesce(requires_hand_raise = 'true', false) as requires_hand_raise,
    coalesce(requires_qualified = 'true', false) as requires_qualified
from routing_rules
