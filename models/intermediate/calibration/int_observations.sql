{%- set horizon_days = var("calibration_horizon_days") -%}
{%- set span_days = dbt.datediff("min(observed_on)", "max(observed_on)", "day") -%}

with

definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

weekly_activity as (

    select * from {{ ref('int_weekly_activity') }}

),

dates as (

    select distinct observed_on from weekly_activity

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
    from {{ ref('int_outcomes') }} as outcomes
    inner join definitions
        on outcomes.definition_key = definitions.definition_key
    cross join dates
    group by outcomes.definition_key, outcomes.entity_id, dates.observed_on

),

observed as (

    select
        definitions.definition_id,
        definitions.definition_key,
        weekly_activity.*,
        timelines.score,
        timelines.is_eligible
        and coalesce(weekly_activity.idle_days < definitions.active_within_days, true)
            as is_eligible,
        timelines.is_hand_raised,
        case
            when
                next_outcomes.next_outcome_on
                <= {{ add_days('weekly_activity.observed_on', horizon_days) }}
                then next_outcomes.next_outcome_on
        end as outcome_on
    from definitions
    inner join weekly_activity
        on definitions.entity_type = weekly_activity.entity_type
    inner join {{ ref('int_stage_timelines') }} as stages
        on
            weekly_activity.entity_type = stages.entity_type
            and weekly_activity.entity_id = stages.entity_id
            and {{ is_valid_on('stages', 'weekly_activity.observed_on') }}
            and {{ is_in_list('stages.stage', 'definitions.audience') }}
    inner join {{ ref('int_qualification_timelines') }} as timelines
        on
            definitions.definition_key = timelines.definition_key
            and weekly_activity.entity_id = timelines.entity_id
            and {{ is_valid_on('timelines', 'weekly_activity.observed_on') }}
    left join next_outcomes
        on
            definitions.definition_key = next_outcomes.definition_key
            and weekly_activity.entity_id = next_outcomes.entity_id
            and weekly_activity.observed_on = next_outcomes.observed_on
    where coalesce(next_outcomes.is_over, 0) = 0

),

-- the last third of the time is held out
splits as (

    select
        definition_id,
        {{ add_days('max(observed_on)', '-floor(' ~ span_days ~ ' / 3.0)') }} as test_starts_on
    from observed
    group by definition_id

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
    observed.is_eligible,
    observed.is_hand_raised,
    observed.is_anchor,
    observed.outcome_on is not null as is_converted,
    observed.observed_on,
    observed.outcome_on
from observed
inner join splits
    on observed.definition_id = splits.definition_id
