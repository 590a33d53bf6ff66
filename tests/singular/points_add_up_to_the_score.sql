-- On the as-of date, under each live or challenger definition: the lines of pql_reasons add up to
-- what the ledger has come to, and with its floor at 0 that is the score of the history and, for a
-- live definition, of the lead.
{{ config(group='pql') }}
{%- set keys = ["definition_id", "definition_version", "entity_type", "entity_id"] %}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status in ('live', 'challenger')

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

scores as (

    select
        history.*,
        definitions.status
    from {{ ref('pql_history') }} as history
    inner join definitions
        on
            history.definition_id = definitions.definition_id
            and history.definition_version = definitions.definition_version
    inner join as_of
        on
            history.valid_from <= as_of.as_of_date
            and (history.valid_to is null or history.valid_to > as_of.as_of_date)

),

reason_sums as (

    select
        {{ keys | join(",\n        ") }},
        sum(points) as points
    from {{ ref('pql_reasons') }}
    group by {{ keys | join(", ") }}

),

ledger_sums as (

    select
        {{ keys | join(",\n        ") }},
        sum(delta) as points
    from {{ ref('pql_score_changes') }}
    where not is_projected
    group by {{ keys | join(", ") }}

),

leads as (

    select
        definition_id,
        definition_version,
        'account' as entity_type,
        account_id as entity_id,
        score
    from {{ ref('pql_accounts') }}
    union all
    select
        definition_id,
        definition_version,
        'user' as entity_type,
        user_id as entity_id,
        score
    from {{ ref('pql_users') }}

)

select
    scores.definition_id,
    scores.definition_version,
    scores.entity_type,
    scores.entity_id,
    scores.score,
    reason_sums.points as reason_points,
    ledger_sums.points as ledger_points,
    leads.score as lead_score
from scores
left join reason_sums
    on
        scores.definition_id = reason_sums.definition_id
        and scores.definition_version = reason_sums.definition_version
        and scores.entity_type = reason_sums.entity_type
        and scores.entity_id = reason_sums.entity_id
left join ledger_sums
    on
        scores.definition_id = ledger_sums.definition_id
        and scores.definition_version = ledger_sums.definition_version
        and scores.entity_type = ledger_sums.entity_type
        and scores.entity_id = ledger_sums.entity_id
left join leads
    on
        scores.definition_id = leads.definition_id
        and scores.definition_version = leads.definition_version
        and scores.entity_type = leads.entity_type
        and scores.entity_id = leads.entity_id
where
    coalesce(reason_sums.points, 0) <> coalesce(ledger_sums.points, 0)
    or greatest(coalesce(reason_sums.points, 0), 0) <> scores.score
    or (scores.status = 'live' and coalesce(leads.score, -1) <> scores.score)
