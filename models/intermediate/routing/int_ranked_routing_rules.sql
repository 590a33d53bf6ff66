{{ config(materialized='view') }}

select
    definitions.definition_key,
    routing_rules.*,
    row_number() over (
        partition by definitions.definition_key
        order by
            routing_rules.priority,
            case when routing_rules.definition_id = '*' then 1 else 0 end,
            {{ row_text(
                ["tier", "motion", "owner_role", "channel", "next_action", "sla_hours"],
                "routing_rules",
            ) }}
    ) as rule_rank
from {{ ref('int_routing_rules') }} as routing_rules
inner join {{ ref('int_definitions') }} as definitions
    on routing_rules.definition_id in (definitions.definition_id, '*')
where definitions.status in ('live', 'challenger')
