{%- set subject_name -%}
case when subject_types.subject_type = 'event' then coalesce(event_name, '') else '' end
{%- endset -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

rejects as (

    select * from {{ ref('int_reject_dates') }}

),

event_counts as (

    select
        event_name,
        0 as accepted_count,
        0 as recent_accepted_count,
        1 as rejected_count,
        recent_share as recent_rejected_count
    from rejects
    union all
    select
        signal_counts.item as event_name,
        signal_counts.row_count as accepted_count,
        case
            when
                signal_counts.activity_date
                > {{ add_days('as_of.as_of_date', -var('reject_watch_days')) }}
                then signal_counts.row_count
            else 0
        end as recent_accepted_count,
        0 as rejected_count,
        0 as recent_rejected_count
    from {{ ref('int_signal_counts') }} as signal_counts
    cross join as_of
    where signal_counts.signal_id = 'any_activity'

),

-- each name, and all of them together
subject_types as (

    select 'event' as subject_type
    union all
    select 'all events' as subject_type

),

totals as (

    select
        subject_types.subject_type,
        {{ subject_name }} as event_name,
        sum(event_counts.accepted_count) as accepted_count,
        sum(event_counts.recent_accepted_count) as recent_accepted_count,
        sum(event_counts.rejected_count) as rejected_count,
        sum(event_counts.recent_rejected_count) as recent_rejected_count
    from event_counts
    cross join subject_types
    group by subject_types.subject_type, {{ subject_name }}

),

-- of late first, or else ever
ranked_reasons as (

    select
        subject_types.subject_type,
        {{ subject_name }} as event_name,
        rejects.reject_reason,
        'event_id ' || coalesce(min(rejects.event_id), '(blank)')
        || ', occurred_at ' || coalesce(min(rejects.raw_occurred_at), '(blank)') as example,
        row_number() over (
            partition by subject_types.subject_type, {{ subject_name }}
            order by sum(rejects.recent_share) desc nulls last, count(*) desc, rejects.reject_reason
        ) as reason_rank
    from rejects
    cross join subject_types
    group by subject_types.subject_type, {{ subject_name }}, rejects.reject_reason

),

shares as (

    select
        *,
        cast(rejected_count as decimal(28, 6))
        / (accepted_count + rejected_count) as rejected_share,
        cast(recent_rejected_count as decimal(28, 6))
        / nullif(recent_accepted_count + recent_rejected_count, 0) as recent_share,
        cast(rejected_count - recent_rejected_count as decimal(28, 6))
        / nullif(
            accepted_count - recent_accepted_count + rejected_count - recent_rejected_count, 0
        ) as usual_share
    from totals
    where rejected_count > 0

)

select
    shares.subject_type,
    shares.event_name,
    ranked_reasons.reject_reason as top_reason,
    ranked_reasons.example,
    cast(shares.rejected_count as {{ dbt.type_bigint() }}) as rejected_count,
    cast(shares.recent_rejected_count as {{ dbt.type_bigint() }}) as recent_rejected_count,
    shares.rejected_share,
    shares.recent_share,
    shares.usual_share,
    -- few rows say little
    shares.recent_rejected_count >= 20
    and shares.recent_share > {{ var('rejected_share_warned_of') }}
    and shares.recent_share > 2 * coalesce(shares.usual_share, 0) as is_unusual,
    (
        shares.recent_rejected_count >= 20
        and shares.recent_share > {{ var('max_rejected_share') }}
        and shares.recent_share > 2 * coalesce(shares.usual_share, 0)
    )
    or (
        shares.rejected_count >= 20
        and shares.rejected_share > {{ var('max_rejected_share') }}
    ) as is_too_much
from shares
left join ranked_reasons
    on
        shares.subject_type = ranked_reasons.subject_type
        and shares.event_name = ranked_reasons.event_name
        and ranked_reasons.reason_rank = 1
