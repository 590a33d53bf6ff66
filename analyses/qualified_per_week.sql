{#- dbt show --select qualified_per_week
    Every version counts, drafts too: the history says what each would have done. -#}
with

definitions as (

    select * from {{ ref('pql_definitions') }}

),

transitions as (

    select
        definition_id,
        definition_version,
        to_status,
        cast({{ dbt.date_trunc('week', 'transition_on') }} as date) as week_start
    from {{ ref('pql_transitions') }}

),

weekly_counts as (

    select
        definition_id,
        definition_version,
        week_start,
        sum(case when to_status = 'qualified' then 1 else 0 end) as qualified_count,
        sum(case when to_status = 'qualified' then 0 else 1 end) as lapsed_count
    from transitions
    group by definition_id, definition_version, week_start

)

select
    weekly_counts.definition_id,
    weekly_counts.definition_version,
    definitions.entity_type,
    definitions.status,
    weekly_counts.qualified_count,
    weekly_counts.lapsed_count,
    weekly_counts.week_start
from weekly_counts
inner join definitions
    on
        weekly_counts.definition_id = definitions.definition_id
        and weekly_counts.definition_version = definitions.definition_version
order by
    weekly_counts.definition_id, weekly_counts.definition_version, weekly_counts.week_start
