{{ config(materialized='view') }}

select
    definitions.definition_key,
    routing_rules.definition_id,
    routing_rules.requires_signal_id,
    routing_rules.tier,
    routing_rules.motion,
    routing_rules.owner_role,
    routing_rules.channel,
    routing_rules.next_action,
    routing_rules.min_score,
    routing_rules.max_score,
    routing_rules.min_employees,
    routing_rules.max_employees,
    routing_rules.sla_hours,
    row_number() over (
        partition by definitions.definition_key
        order by
            routing_rules.priority,
            case when routing_rules.definition_id = '*' then 1 else 0 end,
            {{ row_text(
                ["tier", "motion", "owner_role", "channel", "next_action", "sla_hours"],
                "routing_rules",
            ) }}
    ) as rule_rank,
    routing_rules.requires_hand_raise,
    routing_rules.requires_qualified
from {{ ref('stg_config__routing_rules') }} as routing_rules
inner join {{ ref('stg_config__definitions') }} as definitions
    on routing_rules.definition_id in (definitions.definition_id, '*')
where definitions.status in ('live', 'challenger')
