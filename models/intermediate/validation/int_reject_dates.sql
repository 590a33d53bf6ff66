{#- Where the time of an event is unreadable, the day on which it was received stands for its day;
    where that is, too, the row is of late if there are more of its kind than a week ago. -#}
{{ config(materialized='view') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- how many undated rows there were a week ago or, where that is not known, when first counted
earlier_counts as (

    select
        undated_rejects.row_count,
        row_number() over (
            order by
                case
                    when
                        undated_rejects.as_of_date
                        <= {{ add_days('as_of.as_of_date', -var('reject_watch_days')) }}
                        then 1
                    else 2
                end,
                case
                    when
                        undated_rejects.as_of_date
                        <= {{ add_days('as_of.as_of_date', -var('reject_watch_days')) }}
                        then undated_rejects.as_of_date
                end desc nulls last,
                undated_rejects.as_of_date
        ) as count_rank
    from {{ ref('int_undated_rejects') }} as undated_rejects
    inner join as_of
        on undated_rejects.as_of_date <= as_of.as_of_date

),

dated_rejects as (

    select
        event_name,
        reject_reason,
        event_id,
        raw_occurred_at,
        coalesce(user_id, anonymous_id) as user_id,
        account_id,
        coalesce(event_date, cast({{ try_timestamp('raw_received_at') }} as date)) as noticed_on
    from {{ ref('int_event_rejects') }}
    where status = 'rejected'

),

undated_news as (

    select
        cast(
            greatest(count(*) - coalesce(max(earlier_counts.row_count), count(*)), 0)
            as decimal(28, 6)
        ) / nullif(count(*), 0) as share
    from dated_rejects
    left join earlier_counts
        on earlier_counts.count_rank = 1
    where dated_rejects.noticed_on is null

)

select
    dated_rejects.*,
    case
        when dated_rejects.noticed_on is null then coalesce(undated_news.share, 0)
        when
            as_of.as_of_date is null
            or dated_rejects.noticed_on
            > {{ add_days('as_of.as_of_date', -var('reject_watch_days')) }}
            then 1
        else 0
    end as recent_share
from dated_rejects
cross join undated_news
cross join as_of
