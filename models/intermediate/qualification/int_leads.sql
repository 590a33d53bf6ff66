with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

timelines as (

    select qualification_timelines.*
    from {{ ref('int_qualification_timelines') }} as qualification_timelines
    inner join definitions
        on qualification_timelines.definition_key = definitions.definition_key

),

current_periods as (

    select timelines.*
    from timelines
    inner join clock
        on {{ holds_on('timelines', 'clock.as_of_date') }}

),

past_scores as (

    select timelines.*
    from timelines
    inner join clock
        on {{ holds_on('timelines', add_days('clock.as_of_date', -7)) }}

),

-- the last days on which the definition was met, and how
last_meetings as (

    select
        timelines.definition_key,
        timelines.entity_type,
        timelines.entity_id,
        max(timelines.valid_from) as last_met_from,
        max(case when timelines.is_hand_raised then timelines.valid_from end)
            as last_hand_raised_from
    from timelines
    inner join clock
        on timelines.valid_from <= clock.as_of_date
    where timelines.is_meeting
    group by timelines.definition_key, timelines.entity_type, timelines.entity_id

),

change_dates as (

    select
        change_reasons.definition_key,
        change_reasons.entity_type,
        change_reasons.entity_id,
        min(
            case
                when change_reasons.is_qualified and change_reasons.changed_on <= clock.as_of_date
                    then change_reasons.changed_on
            end
        ) as first_qualified_on,
        max(
            case
                when change_reasons.is_qualified and change_reasons.changed_on <= clock.as_of_date
                    then change_reasons.changed_on
            end
        ) as qualified_on,
        max(
            case
                when
                    not change_reasons.is_qualified
                    and change_reasons.changed_on <= clock.as_of_date
                    then change_reasons.changed_on
            end
        ) as lapsed_on,
        min(
            case
                when
                    not change_reasons.is_qualified
                    and change_reasons.changed_on > clock.as_of_date
                    then change_reasons.changed_on
            end
        ) as qualified_until
    from {{ ref('int_change_reasons') }} as change_reasons
    cross join clock
    group by
        change_reasons.definition_key, change_reasons.entity_type, change_reasons.entity_id

),

stages as (

    select stage_timelines.*
    from {{ ref('int_stage_timelines') }} as stage_timelines
    inner join clock
        on {{ holds_on('stage_timelines', 'clock.as_of_date') }}

),

trials as (

    select
        entity_subscriptions.entity_type,
        entity_subscriptions.entity_id,
        max(entity_subscriptions.ended_on) as trial_ends_on
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join clock
        on
            entity_subscriptions.started_on <= clock.as_of_date
            and entity_subscriptions.ended_on > clock.as_of_date
    where entity_subscriptions.stage = 'trial'
    group by entity_subscriptions.entity_type, entity_subscriptions.entity_id

)

select
    definitions.definition_id,
    definitions.definition_version,
    current_periods.entity_type,
    current_periods.entity_id,
    stages.stage,
    ineligibilities.reason as ineligible_reason,
    case
        when not current_periods.is_qualified then null
        when last_meetings.last_met_from = last_meetings.last_hand_raised_from then 'hand_raise'
        else 'score'
    end as qualified_by,
    case
        when current_periods.is_qualified then until_reasons.reason
    end as qualified_until_reason,
    top_reasons.top_reasons,
    case
        when current_periods.is_qualified then 'none: qualified'
        when not current_periods.is_eligible then 'nothing they do will help: not eligible'
        when gaps.gap is not null then gaps.gap
        else
            'none: qualifies after '
            || cast(definitions.promote_after_days + 1 as {{ dbt.type_string() }})
            || ' days in a row'
    end as gap_to_qualify,
    current_periods.score,
    definitions.score_threshold,
    gaps.points_to_threshold,
    cast(
        current_periods.score - coalesce(past_scores.score, 0) as decimal(18, 2)
    ) as score_change_7d,
    cast(
        {{ dbt.datediff('entities.last_active_on', 'clock.as_of_date', 'day') }}
        as {{ dbt.type_int() }}
    ) as idle_days,
    current_periods.is_eligible,
    current_periods.is_qualified,
    clock.as_of_date,
    change_dates.first_qualified_on,
    case when current_periods.is_qualified then change_dates.qualified_on end as qualified_on,
    case when not current_periods.is_qualified then change_dates.lapsed_on end as lapsed_on,
    case when current_periods.is_qualified then change_dates.qualified_until end as qualified_until,
    entities.last_active_on,
    trials.trial_ends_on
from current_periods
inner join definitions
    on current_periods.definition_key = definitions.definition_key
inner join {{ ref('int_entities') }} as entities
    on
        current_periods.entity_type = entities.entity_type
        and current_periods.entity_id = entities.entity_id
cross join clock
left join past_scores
    on
        current_periods.definition_key = past_scores.definition_key
        and current_periods.entity_type = past_scores.entity_type
        and current_periods.entity_id = past_scores.entity_id
left join last_meetings
    on
        current_periods.definition_key = last_meetings.definition_key
        and current_periods.entity_type = last_meetings.entity_type
        and current_periods.entity_id = last_meetings.entity_id
left join change_dates
    on
        current_periods.definition_key = change_dates.definition_key
        and current_periods.entity_type = change_dates.entity_type
        and current_periods.entity_id = change_dates.entity_id
left join {{ ref('int_change_reasons') }} as until_reasons
    on
        change_dates.definition_key = until_reasons.definition_key
        and change_dates.entity_type = until_reasons.entity_type
        and change_dates.entity_id = until_reasons.entity_id
        and change_dates.qualified_until = until_reasons.changed_on
left join stages
    on
        current_periods.entity_type = stages.entity_type
        and current_periods.entity_id = stages.entity_id
left join trials
    on
        current_periods.entity_type = trials.entity_type
        and current_periods.entity_id = trials.entity_id
left join {{ ref('int_ineligibilities') }} as ineligibilities
    on
        current_periods.definition_key = ineligibilities.definition_key
        and current_periods.entity_type = ineligibilities.entity_type
        and current_periods.entity_id = ineligibilities.entity_id
left join {{ ref('int_top_reasons') }} as top_reasons
    on
        current_periods.definition_key = top_reasons.definition_key
        and current_periods.entity_type = top_reasons.entity_type
        and current_periods.entity_id = top_reasons.entity_id
left join {{ ref('int_gaps') }} as gaps
    on
        current_periods.definition_key = gaps.definition_key
        and current_periods.entity_type = gaps.entity_type
        and current_periods.entity_id = gaps.entity_id
