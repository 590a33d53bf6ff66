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

-- a lead begins when the last event of the day that decided had come in; a day that decided
-- without an event (somebody's size became known) is over before anybody can tell
select
    dates.*,
    coalesce(
        activity_days.latest_received_at,
        cast({{ add_days('dates.last_qualified_on', 1) }} as {{ dbt.type_timestamp() }})
    ) as last_qualified_at
from dates
left join {{ ref('int_activity_days') }} as activity_days
    on
        dates.entity_type = activity_days.entity_type
        and dates.entity_id = activity_days.entity_id
        and dates.last_qualified_on = activity_days.activity_date
