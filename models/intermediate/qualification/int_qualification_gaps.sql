{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}

with

missing_points as (

    select * from {{ ref('int_points_to_threshold') }}

),

gaps as (

    select
        {{ keys | join(',\n        ') }},
        1 as gap_type,
        requirement_group as gap_id,
        gap
    from {{ ref('int_unmet_requirements') }}
    union all
    select
        {{ keys | join(',\n        ') }},
        2 as gap_type,
        'activity' as gap_id,
        'needs: activity in the last ' || {{ format_count('active_within_days', 'day') }} as gap
    from missing_points
    where idle_days >= active_within_days
    union all
    select
        missing_points.definition_key,
        missing_points.entity_type,
        missing_points.entity_id,
        3 as gap_type,
        'points' as gap_id,
        {{ format_count('missing_points.points_missing', 'more point') }}
        || case
            when missing_points.points_missing_if_active <= 0 then '; any activity would do'
            else coalesce('; once more would do: ' || closing_events.acts, '')
        end as gap
    from missing_points
    left join {{ ref('int_closing_events') }} as closing_events
        on
            missing_points.definition_key = closing_events.definition_key
            and missing_points.entity_type = closing_events.entity_type
            and missing_points.entity_id = closing_events.entity_id
    where missing_points.points_missing > 0

),

ranked_gaps as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }} order by gap_type, gap_id
        ) as gap_rank
    from gaps

),

gaps_in_words as (

    select
        {{ keys | join(',\n        ') }},
        max(case when gap_rank = 1 then gap end)
        || coalesce('; ' || max(case when gap_rank = 2 then gap end), '')
        || coalesce('; ' || max(case when gap_rank = 3 then gap end), '')
        || case when max(gap_rank) > 3 then '; and more' else '' end as gap
    from ranked_gaps
    group by {{ keys | join(', ') }}

)

select
    missing_points.definition_key,
    missing_points.entity_type,
    missing_points.entity_id,
    gaps_in_words.gap,
    cast(
        case when missing_points.points_missing < 0 then 0 else missing_points.points_missing end
        as decimal(18, 2)
    ) as points_to_threshold
from missing_points
left join gaps_in_words
    on
        missing_points.definition_key = gaps_in_words.definition_key
        and missing_points.entity_type = gaps_in_words.entity_type
        and missing_points.entity_id = gaps_in_words.entity_id
