with

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

-- the score of a week ago, and when and how the definition was last met
past as (

    select
        timelines.definition_key,
        timelines.entity_type,
        timelines.entity_id,
        max(
            case
                when {{ is_valid_on('timelines', add_days('as_of.as_of_date', -7)) | indent(16) }}
                    then timelines.score
            end
        ) as score_7d_ago,
        max(case when timelines.is_meeting then timelines.valid_from end) as last_met_from,
        max(case when timelines.is_hand_raised then timelines.valid_from end)
            as last_hand_raised_from
    from {{ ref('int_qualification_timelines') }} as timelines
    inner join definitions
        on timelines.definition_key = definitions.definition_key
    inner join {{ ref('int_as_of') }} as as_of
        on timelines.valid_from <= as_of.as_of_date
    group by timelines.definition_key, timelines.entity_type, timelines.entity_id

),

trials as (

    select
        entity_subscriptions.entity_type,
        entity_subscriptions.entity_id,
        max(entity_subscriptions.ended_on) as trial_ends_on
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions
    inner join {{ ref('int_as_of') }} as as_of
        on
            entity_subscriptions.started_on <= as_of.as_of_date
            and entity_subscriptions.ended_on > as_of.as_of_date
    where entity_subscriptions.stage = 'trial'
    group by entity_subscriptions.entity_type, entity_subscriptions.entity_id

)

select
    definitions.definition_key,
    definitions.definition_id,
    definitions.definition_version,
    timelines.entity_type,
    timelines.entity_id,
    case
        when timelines.entity_type = 'user' then users.account_id
        else timelines.entity_id
    end as account_id,
    stages.stage,
    ineligibilities.reason as ineligible_reason,
    case
        when not timelines.is_qualified then null
        when past.last_met_from = past.last_hand_raised_from then 'hand_raise'
        else 'score'
    end as qualified_by,
    dates.last_change_reason,
    case when timelines.is_qualified then dates.next_change_reason end as qualified_until_reason,
    top_reasons.top_reasons,
    case
        when timelines.is_qualified then 'none: qualified'
        when not timelines.is_eligible then 'nothing they do will help: not eligible'
        when gaps.gap is not null then gaps.gap
        else
            'none: qualifies after '
            || cast(definitions.promote_after_days + 1 as {{ dbt.type_string() }})
            || ' days in a row'
    end as gap_to_qualify,
    timelines.score,
    definitions.score_threshold,
    gaps.points_to_threshold,
    cast(timelines.score - coalesce(past.score_7d_ago, 0) as decimal(18, 2)) as score_change_7d,
    cast(
        {{ dbt.datediff('entities.last_active_on', 'as_of.as_of_date', 'day') }}
        as {{ dbt.type_int() }}
    ) as idle_days,
    timelines.is_eligible,
    timelines.is_qualified,
    {{ hash_is_within(
        "definitions.definition_id || ':' || timelines.entity_type || ':' || timelines.entity_id",
        'definitions.holdout_percent'
    ) }} as is_holdout,
    as_of.as_of_date,
    dates.first_qualified_on,
    dates.last_qualified_on,
    case when timelines.is_qualified then dates.last_qualified_on end as qualified_on,
    case when not timelines.is_qualified then dates.last_lapsed_on end as lapsed_on,
    case when timelines.is_qualified then dates.next_changed_on end as qualified_until,
    entities.last_active_on,
    trials.trial_ends_on,
    case when timelines.is_qualified then dates.last_qualified_at end as qualified_at
from {{ ref('int_qualification_timelines') }} as timelines
inner join {{ ref('int_as_of') }} as as_of
    on {{ is_valid_on('timelines', 'as_of.as_of_date') }}
inner join definitions
    on timelines.definition_key = definitions.definition_key
inner join {{ ref('int_entities') }} as entities
    on
        timelines.entity_type = entities.entity_type
        and timelines.entity_id = entities.entity_id
left join past
    on
        timelines.definition_key = past.definition_key
        and timelines.entity_type = past.entity_type
        and timelines.entity_id = past.entity_id
left join {{ ref('int_qualification_dates') }} as dates
    on
        timelines.definition_key = dates.definition_key
        and timelines.entity_type = dates.entity_type
        and timelines.entity_id = dates.entity_id
left join {{ ref('int_ineligibilities') }} as ineligibilities
    on
        timelines.definition_key = ineligibilities.definition_key
        and timelines.entity_type = ineligibilities.entity_type
        and timelines.entity_id = ineligibilities.entity_id
left join {{ ref('int_top_reasons') }} as top_reasons
    on
        timelines.definition_key = top_reasons.definition_key
        and timelines.entity_type = top_reasons.entity_type
        and timelines.entity_id = top_reasons.entity_id
left join {{ ref('int_qualification_gaps') }} as gaps
    on
        timelines.definition_key = gaps.definition_key
        and timelines.entity_type = gaps.entity_type
        and timelines.entity_id = gaps.entity_id
left join {{ ref('int_stage_timelines') }} as stages
    on
        timelines.entity_type = stages.entity_type
        and timelines.entity_id = stages.entity_id
        and {{ is_valid_on('stages', 'as_of.as_of_date') }}
left join trials
    on
        timelines.entity_type = trials.entity_type
        and timelines.entity_id = trials.entity_id
left join {{ ref('int_users') }} as users
    on
        timelines.entity_type = 'user'
        and timelines.entity_id = users.user_id
