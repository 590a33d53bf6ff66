{#- dbt show --select live_against_challenger --vars '{definition: six_signal}'
    definition: left out, all that have a challenger. -#}
{%- set definition_id = var("definition", "") | string | replace("'", "''") -%}
{%- set keys = ["definition_id", "entity_type", "entity_id"] -%}
{%- set text = dbt.type_string() -%}

with

as_of_dates as (

    select as_of_date from {{ ref('pql_accounts') }}
    {{ union_distinct() }}
    select as_of_date from {{ ref('pql_users') }}

),

days as (

    select max(as_of_date) as as_of_date
    from as_of_dates

),

definitions as (

    select * from {{ ref('pql_definitions') }}
    {%- if definition_id %}
    where definition_id = '{{ definition_id }}'
    {%- endif %}

),

standings as (

    select
        history.*,
        definitions.status
    from {{ ref('pql_history') }} as history
    inner join definitions
        on
            history.definition_id = definitions.definition_id
            and history.definition_version = definitions.definition_version
    inner join days
        on
            history.valid_from <= days.as_of_date
            and (history.valid_to is null or history.valid_to > days.as_of_date)

),

line_points as (

    select
        reasons.definition_id,
        reasons.entity_type,
        reasons.entity_id,
        reasons.source,
        reasons.rule_id,
        sum(case when definitions.status = 'live' then reasons.points else 0 end) as live_points,
        sum(case when definitions.status = 'challenger' then reasons.points else 0 end)
            as challenger_points
    from {{ ref('pql_reasons') }} as reasons
    inner join definitions
        on
            reasons.definition_id = definitions.definition_id
            and reasons.definition_version = definitions.definition_version
    group by
        reasons.definition_id,
        reasons.entity_type,
        reasons.entity_id,
        reasons.source,
        reasons.rule_id

),

differences as (

    select
        {{ keys | join(',\n        ') }},
        {{ dbt.listagg(
            "rule_id || ' ' || cast(challenger_points as " ~ text ~ ") || ' instead of '"
            ~ " || cast(live_points as " ~ text ~ ")",
            "'; '",
            "order by abs(challenger_points - live_points) desc, rule_id",
        ) }} as differing_lines
    from line_points
    where live_points <> challenger_points
    group by {{ keys | join(', ') }}

)

select
    live.definition_id,
    live.definition_version as live_version,
    challenger.definition_version as challenger_version,
    live.entity_type,
    live.entity_id,
    case when challenger.is_qualified then 'enters' else 'leaves' end as movement,
    differences.differing_lines,
    live.score as live_score,
    challenger.score as challenger_score,
    live.is_eligible as is_live_eligible,
    challenger.is_eligible as is_challenger_eligible
from standings as live
inner join standings as challenger
    on
        live.definition_id = challenger.definition_id
        and live.entity_type = challenger.entity_type
        and live.entity_id = challenger.entity_id
        and challenger.status = 'challenger'
left join differences
    on
        live.definition_id = differences.definition_id
        and live.entity_type = differences.entity_type
        and live.entity_id = differences.entity_id
where live.status = 'live' and live.is_qualified <> challenger.is_qualified
order by
    live.definition_id,
    case when challenger.is_qualified then 'enters' else 'leaves' end,
    challenger.score desc,
    live.entity_id
