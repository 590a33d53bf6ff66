{{ config(materialized='view') }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}

with

dated_changes as (

    select
        qualification_change_reasons.*,
        qualification_change_reasons.changed_on <= as_of.as_of_date as has_happened
    from {{ ref('int_qualification_change_reasons') }} as qualification_change_reasons
    cross join {{ ref('int_as_of') }} as as_of

),

numbered_changes as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}, has_happened order by changed_on
        ) as change_number,
        row_number() over (
            partition by {{ keys | join(', ') }}, has_happened order by changed_on desc
        ) as recency
    from dated_changes

),

dates as (

    select
        {{ keys | join(',\n        ') }},
        max(case when has_happened and recency = 1 then reason end) as last_change_reason,
        max(case when not has_happened and change_number = 1 then reason end)
            as next_change_reason,
        min(case when has_happened and is_qualified then changed_on end) as first_qualified_on,
        max(case when has_happened and is_qualified then changed_on end) as last_qualified_on,
        max(case when has_happened and not is_qualified then changed_on end) as last_lapsed_on,
        min(case when not has_happened then changed_on end) as next_changed_on
    from numbered_changes
    group by {{ keys | join(', ') }}

)

select
    dates.*,
    times.qualified_at as last_qualified_at
from dates
left join {{ ref('int_qualification_times') }} as times
    on
        dates.definition_key = times.definition_key
        and dates.entity_type = times.entity_type
        and dates.entity_id = times.entity_id
        and dates.last_qualified_on = times.qualified_on
