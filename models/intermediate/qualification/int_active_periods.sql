{{ config(**continued_by_entity(['entity_type', 'entity_id', 'active_within_days'])) }}

with

-- definitions that look back equally far share their periods
allowed_idleness as (

    select distinct
        entity_type,
        active_within_days
    from {{ ref('stg_config__definitions') }}
    where active_within_days is not null

),

-- each of them, but of those before the day of the change only the last
active_dates as (

    select
        entity_type,
        entity_id,
        max(activity_date) as activity_date
    from {{ days_to_rescore(ref('int_activity_days')) }} as activity_days
    group by
        entity_type,
        entity_id,
        case when activity_date >= changed_from then activity_date end

),

active_days as (

    select
        *,
        min(activity_date) over (partition by entity_type, entity_id) as first_active_on,
        lead(activity_date) over (
            partition by entity_type, entity_id order by activity_date
        ) as next_activity_date
    from active_dates

),

dated_days as (

    select
        active_days.*,
        allowed_idleness.active_within_days,
        {{ add_days('active_days.activity_date', 'allowed_idleness.active_within_days') }}
            as idle_from
    from active_days
    inner join allowed_idleness
        on active_days.entity_type = allowed_idleness.entity_type

)

-- the last active day of a period is followed by too many idle ones
select
    entity_type,
    entity_id,
    active_within_days,
    coalesce(
        lag(next_activity_date) over (
            partition by entity_type, entity_id, active_within_days order by activity_date
        ),
        first_active_on
    ) as valid_from,
    idle_from as valid_to
from dated_days
where next_activity_date is null or next_activity_date > idle_from
