{#- Everybody is looked at on the same dates, whatever becomes of them: buyers and others alike. -#}
{%- set horizon_days = var("calibration_horizon_days") -%}
{%- set weeks_in_horizon = (horizon_days + 6) // 7 -%}

with

entities as (

    select * from {{ ref('int_known_entities') }}

),

-- the last date is the last one whose horizon has passed
dates as (

    select
        weeks.generated_number - 1 as weeks_before,
        {{ add_days(
            'as_of.as_of_date', '-' ~ horizon_days ~ ' - 7 * (weeks.generated_number - 1)'
        ) }} as observed_on
    from ({{ dbt.generate_series(var('calibration_weeks')) }}) as weeks
    cross join {{ ref('int_as_of') }} as as_of

),

active_entities as (

    select
        signal_days.entity_type,
        signal_days.entity_id,
        dates.weeks_before,
        dates.observed_on,
        min(signal_days.activity_date) as first_active_on,
        max(signal_days.activity_date) as last_active_on,
        sum(
            case
                when signal_days.activity_date > {{ add_days('dates.observed_on', -30) }}
                    then signal_days.event_count
                else 0
            end
        ) as events_30d
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join dates
        on signal_days.activity_date <= dates.observed_on
    where signal_days.signal_id = 'any_activity'
    group by
        signal_days.entity_type,
        signal_days.entity_id,
        dates.weeks_before,
        dates.observed_on

)

select
    active_entities.entity_type,
    active_entities.entity_id,
    case
        when entities.account_id is null then 'user ' || active_entities.entity_id
        else 'account ' || entities.account_id
    end as cluster_id,
    {{ dbt.datediff(
        'coalesce(entities.signed_up_on, active_entities.first_active_on)',
        'active_entities.observed_on', 'day'
    ) }} as age_days,
    {{ dbt.datediff(
        'active_entities.last_active_on', 'active_entities.observed_on', 'day'
    ) }} as idle_days,
    active_entities.events_30d,
    mod(cast(active_entities.weeks_before as {{ dbt.type_int() }}), {{ weeks_in_horizon }}) = 0
        as is_anchor,
    active_entities.observed_on
from active_entities
inner join entities
    on
        active_entities.entity_type = entities.entity_type
        and active_entities.entity_id = entities.entity_id
        -- nobody is there before the sign-up, whatever the tables know by now
        and active_entities.observed_on
        >= coalesce(entities.signed_up_on, active_entities.first_active_on)
