{#- Everybody is looked at on the same dates, whatever becomes of them: buyers and others alike. -#}
{%- set horizon_days = var("calibration_horizon_days") -%}
{%- set weeks_in_horizon = (horizon_days + 6) // 7 -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

outcomes as (

    select * from {{ ref('int_outcomes') }}

),

entities as (

    select
        'user' as entity_type,
        user_id as entity_id,
        account_id,
        cast(created_at as date) as signed_up_on
    from {{ ref('int_users') }}
    union all
    select
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        cast(created_at as date) as signed_up_on
    from {{ ref('int_accounts') }}

),

-- the last date is the last one whose horizon has passed
dates as (

    select
        weeks.generated_number - 1 as weeks_before,
        {{ add_days(
            'as_of.as_of_date', '-' ~ horizon_days ~ ' - 7 * (weeks.generated_number - 1)'
        ) }} as observed_on
    from ({{ dbt.generate_series(var('calibration_weeks')) }}) as weeks
    cross join as_of

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

),

next_outcomes as (

    select
        outcomes.definition_key,
        outcomes.entity_id,
        dates.observed_on,
        min(
            case when outcomes.outcome_on > dates.observed_on then outcomes.outcome_on end
        ) as next_outcome_on,
        -- a first payment comes once; growth, and coming back, may come again
        max(
            case
                when
                    outcomes.outcome_on <= dates.observed_on
                    and outcomes.outcome_type <> 'expansion'
                    and not {{ is_in_list("'churned'", 'definitions.audience') }}
                    then 1
                else 0
            end
        ) as is_over
    from outcomes
    inner join definitions
        on outcomes.definition_key = definitions.definition_key
    cross join dates
    group by outcomes.definition_key, outcomes.entity_id, dates.observed_on

),

observed as (

    select
        definitions.definition_id,
        definitions.definition_key,
        definitions.entity_type,
        active_entities.entity_id,
        case
            when entities.account_id is null then 'user ' || active_entities.entity_id
            else 'account ' || entities.account_id
        end as cluster_id,
        timelines.score,
        {{ dbt.datediff(
            'coalesce(entities.signed_up_on, active_entities.first_active_on)',
            'active_entities.observed_on', 'day'
        ) }} as age_days,
        {{ dbt.datediff(
            'active_entities.last_active_on', 'active_entities.observed_on', 'day'
        ) }} as idle_days,
        active_entities.events_30d,
        timelines.is_eligible,
        timelines.is_hand_raised,
        definitions.active_within_days,
        mod(active_entities.weeks_before, {{ weeks_in_horizon }}) = 0 as is_anchor,
        active_entities.observed_on,
        next_outcomes.next_outcome_on
    from definitions
    inner join active_entities
        on definitions.entity_type = active_entities.entity_type
    inner join entities
        on
            active_entities.entity_type = entities.entity_type
            and active_entities.entity_id = entities.entity_id
    inner join {{ ref('int_stage_timelines') }} as stages
        on
            active_entities.entity_type = stages.entity_type
            and active_entities.entity_id = stages.entity_id
            and {{ is_valid_on('stages', 'active_entities.observed_on') }}
            and {{ is_in_list('stages.stage', 'definitions.audience') }}
    inner join {{ ref('int_qualification_timelines') }} as timelines
        on
            definitions.definition_key = timelines.definition_key
            and active_entities.entity_id = timelines.entity_id
            and {{ is_valid_on('timelines', 'active_entities.observed_on') }}
    left join next_outcomes
        on
            definitions.definition_key = next_outcomes.definition_key
            and active_entities.entity_id = next_outcomes.entity_id
            and active_entities.observed_on = next_outcomes.observed_on
    where coalesce(next_outcomes.is_over, 0) = 0

),

spans as (

    select
        definition_id,
        min(observed_on) as starts_on,
        max(observed_on) as ends_on
    from observed
    group by definition_id

),

measured_spans as (

    select
        *,
        {{ dbt.datediff(
            'starts_on', 'ends_on', 'day'
        ) }} as span_days
    from spans

),

-- the last third of the time is held out
splits as (

    select
        definition_id,
        {{ add_days('ends_on', '-floor(span_days / 3.0)') }} as test_starts_on
    from measured_spans

)

select
    observed.definition_id,
    observed.definition_key,
    observed.entity_type,
    observed.entity_id,
    observed.cluster_id,
    case
        when observed.observed_on >= splits.test_starts_on then 'test'
        when {{ add_days('observed.observed_on', horizon_days) }} < splits.test_starts_on
            then 'train'
        else 'gap'
    end as period,
    observed.score,
    observed.age_days,
    observed.idle_days,
    observed.events_30d,
    observed.is_eligible
    and (
        observed.active_within_days is null or observed.idle_days < observed.active_within_days
    ) as is_eligible,
    observed.is_hand_raised,
    observed.is_anchor,
    coalesce(
        observed.next_outcome_on <= {{ add_days('observed.observed_on', horizon_days) }}, false
    ) as is_converted,
    observed.observed_on,
    case
        when observed.next_outcome_on <= {{ add_days('observed.observed_on', horizon_days) }}
            then observed.next_outcome_on
    end as outcome_on
from observed
inner join splits
    on observed.definition_id = splits.definition_id
