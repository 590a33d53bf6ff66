-- On every day of every timeline, projected days too: the running sum of the ledger, with its floor
-- at 0, is the score of the history.
{%- set keys = ["definition_id", "definition_version", "entity_type", "entity_id"] %}

with

steps as (

    select
        {{ keys | join(",\n        ") }},
        changed_on as step_date,
        delta as ledger_step,
        0 as history_step
    from {{ ref('pql_score_changes') }}
    union all
    select
        {{ keys | join(",\n        ") }},
        valid_from as step_date,
        0 as ledger_step,
        score - lag(score, 1, cast(0 as decimal(18, 2))) over (
            partition by {{ keys | join(", ") }} order by valid_from
        ) as history_step
    from {{ ref('pql_history') }}

),

daily_steps as (

    select
        {{ keys | join(",\n        ") }},
        step_date,
        sum(ledger_step) as ledger_step,
        sum(history_step) as history_step
    from steps
    group by {{ keys | join(", ") }}, step_date

),

sums as (

    select
        {{ keys | join(",\n        ") }},
        step_date,
        sum(ledger_step) over (
            partition by {{ keys | join(", ") }}
            order by step_date
            rows between unbounded preceding and current row
        ) as ledger_points,
        sum(history_step) over (
            partition by {{ keys | join(", ") }}
            order by step_date
            rows between unbounded preceding and current row
        ) as history_points
    from daily_steps

)

select *
from sums
where greatest(ledger_points, 0) <> history_points
