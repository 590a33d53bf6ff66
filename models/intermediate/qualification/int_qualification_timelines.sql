{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set measures = [
    "entity_count", "score", "eligible_count", "hand_raised_count", "meeting_count",
    "qualified_count",
] -%}

with

criteria_periods as (

    select
        {{ keys | join(',\n        ') }},
        1 as entity_count,
        score,
        case when is_eligible then 1 else 0 end as eligible_count,
        case when is_hand_raised then 1 else 0 end as hand_raised_count,
        case when is_meeting then 1 else 0 end as meeting_count,
        0 as qualified_count,
        valid_from,
        valid_to
    from {{ ref('int_criteria_timelines') }}

),

steps as (

    {{ steps_from_periods('criteria_periods', keys, measures) | indent(4) }}
    union all
    select
        {{ keys | join(',\n        ') }},
        changed_on as step_date,
        0 as entity_count,
        0 as score,
        0 as eligible_count,
        0 as hand_raised_count,
        0 as meeting_count,
        case when is_qualified then 1 else -1 end as qualified_count
    from {{ ref('int_qualification_changes') }}

),

timelines as (

    {{ periods_from_steps('steps', keys, measures) | indent(4) }}

)

select
    {{ keys | join(',\n    ') }},
    cast(score as decimal(18, 2)) as score,
    eligible_count > 0 as is_eligible,
    hand_raised_count > 0 as is_hand_raised,
    meeting_count > 0 as is_meeting,
    qualified_count > 0 as is_qualified,
    valid_from,
    valid_to
from timelines
