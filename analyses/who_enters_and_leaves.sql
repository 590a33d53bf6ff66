{#- dbt show --select who_enters_and_leaves
    --vars '{from_date: "2026-06-01", to_date: "2026-06-30"}'
    Left out: seven days before the as-of date, and the as-of date. -#}
{%- set from_text = var("from_date", "") | string | replace("'", "''") -%}
{%- set to_text = var("to_date", "") | string | replace("'", "''") -%}

with

as_of_dates as (

    select as_of_date from {{ ref('pql_accounts') }}
    {{ union_distinct() }}
    select as_of_date from {{ ref('pql_users') }}

),

days as (

    select
        {% if from_text -%}
        cast('{{ from_text }}' as date)
        {%- else -%}
        {{ add_days('max(as_of_date)', -7) }}
        {%- endif %} as from_date,
        {% if to_text -%}
        cast('{{ to_text }}' as date)
        {%- else -%}
        max(as_of_date)
        {%- endif %} as to_date
    from as_of_dates

),

history as (

    select history.*
    from {{ ref('pql_history') }} as history
    inner join {{ ref('pql_definitions') }} as definitions
        on
            history.definition_id = definitions.definition_id
            and history.definition_version = definitions.definition_version
    where definitions.status = 'live'

),

-- who is not known on the first day yet was not qualified then
standings as (

    select
        later.definition_id,
        later.definition_version,
        later.entity_type,
        later.entity_id,
        coalesce(earlier.score, 0) as score_before,
        later.score as score_after,
        coalesce(earlier.is_qualified, false) as was_qualified,
        later.is_qualified,
        days.from_date,
        days.to_date
    from history as later
    inner join days
        on
            later.valid_from <= days.to_date
            and (later.valid_to is null or later.valid_to > days.to_date)
    left join history as earlier
        on
            later.definition_id = earlier.definition_id
            and later.definition_version = earlier.definition_version
            and later.entity_type = earlier.entity_type
            and later.entity_id = earlier.entity_id
            and days.from_date >= earlier.valid_from
            and (earlier.valid_to is null or days.from_date < earlier.valid_to)

),

last_transitions as (

    select
        transitions.*,
        row_number() over (
            partition by
                transitions.definition_id,
                transitions.definition_version,
                transitions.entity_type,
                transitions.entity_id
            order by transitions.transition_on desc
        ) as recency
    from {{ ref('pql_transitions') }} as transitions
    inner join days
        on transitions.transition_on <= days.to_date

)

select
    standings.definition_id,
    standings.definition_version,
    standings.entity_type,
    standings.entity_id,
    case when standings.is_qualified then 'enters' else 'leaves' end as movement,
    last_transitions.trigger_reason,
    standings.score_before,
    standings.score_after,
    last_transitions.transition_on,
    standings.from_date,
    standings.to_date
from standings
left join last_transitions
    on
        standings.definition_id = last_transitions.definition_id
        and standings.definition_version = last_transitions.definition_version
        and standings.entity_type = last_transitions.entity_type
        and standings.entity_id = last_transitions.entity_id
        and last_transitions.recency = 1
where standings.is_qualified <> standings.was_qualified
order by
    standings.definition_id,
    case when standings.is_qualified then 'enters' else 'leaves' end,
    standings.score_after desc,
    standings.entity_id
