{#- dbt show --select explain_entity --vars '{who: a_289, on_date: "2026-06-30"}'
    who: an account or user id of today's identity; on_date: a day, the as-of date if left out. -#}
{%- set who = var("who", "") | string | replace("'", "''") -%}
{%- set on_text = var("on_date", "") | string | replace("'", "''") -%}
{%- set text = dbt.type_string() -%}

with

as_of_dates as (

    select as_of_date from {{ ref('pql_accounts') }}
    {{ union_distinct() }}
    select as_of_date from {{ ref('pql_users') }}

),

days as (

    select
        max(as_of_date) as as_of_date,
        {% if on_text -%}
        cast('{{ on_text }}' as date)
        {%- else -%}
        max(as_of_date)
        {%- endif %} as on_date
    from as_of_dates

),

history as (

    select
        history.*,
        days.on_date
    from {{ ref('pql_history') }} as history
    cross join days
    where history.entity_id = '{{ who }}'

),

score_changes as (

    select
        score_changes.*,
        days.on_date
    from {{ ref('pql_score_changes') }} as score_changes
    cross join days
    where score_changes.entity_id = '{{ who }}'

),

-- what is said of a line is about the as-of date
reasons as (

    select reasons.*
    from {{ ref('pql_reasons') }} as reasons
    inner join days
        on days.as_of_date = days.on_date
    where reasons.entity_id = '{{ who }}'

),

line_sums as (

    select
        definition_id,
        definition_version,
        entity_type,
        source,
        rule_id,
        on_date,
        sum(delta) as points
    from score_changes
    where changed_on <= on_date
    group by definition_id, definition_version, entity_type, source, rule_id, on_date
    having sum(delta) <> 0

),

standings as (

    select
        definition_id,
        definition_version,
        entity_type,
        1 as part,
        'standing' as part_name,
        case
            when is_qualified then 'qualified'
            when is_eligible then 'not qualified'
            else 'not eligible'
        end as explanation,
        score as points,
        on_date as happens_on
    from history
    where valid_from <= on_date and (valid_to is null or valid_to > on_date)

),

lines as (

    select
        line_sums.definition_id,
        line_sums.definition_version,
        line_sums.entity_type,
        2 as part,
        'line of the sum' as part_name,
        coalesce(reasons.reason, line_sums.source || ' ' || line_sums.rule_id) as explanation,
        line_sums.points,
        line_sums.on_date as happens_on
    from line_sums
    left join reasons
        on
            line_sums.definition_id = reasons.definition_id
            and line_sums.definition_version = reasons.definition_version
            and line_sums.entity_type = reasons.entity_type
            and line_sums.source = reasons.source
            and line_sums.rule_id = reasons.rule_id

),

turns as (

    select
        transitions.definition_id,
        transitions.definition_version,
        transitions.entity_type,
        3 as part,
        'turn' as part_name,
        transitions.to_status || ': ' || transitions.trigger_reason as explanation,
        transitions.score_after as points,
        transitions.transition_on as happens_on
    from {{ ref('pql_transitions') }} as transitions
    where transitions.entity_id = '{{ who }}'

),

next_changes as (

    select
        definition_id,
        definition_version,
        entity_type,
        4 as part,
        case when is_projected then 'comes if nothing more happens' else 'came next' end
            as part_name,
        source || ' ' || rule_id as explanation,
        delta as points,
        changed_on as happens_on
    from score_changes
    where changed_on > on_date

),

parts as (

    select * from standings
    union all
    select * from lines
    union all
    select * from turns
    union all
    select * from next_changes

)

select
    definition_id,
    definition_version,
    entity_type,
    part_name,
    cast(explanation as {{ text }}) as explanation,
    points,
    happens_on
from parts
order by definition_id, definition_version, entity_type, part, happens_on, points desc
