with

raw_sales_activities as (

    select * from {{ raw_table('sales_activities') }} as raw_rows
    where activity_id is not null

),

typed_activities as (

    select
        activity_id,
        account_id,
        user_id,
        activity_type,
        owner,
        {{ try_timestamp('occurred_at') }} as occurred_at
    from raw_sales_activities

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_activities as (

    select
        *,
        row_number() over (
            partition by activity_id
            order by occurred_at desc nulls last, activity_type, owner, account_id, user_id
        ) as row_rank
    from typed_activities

)

select
    activity_id,
    account_id,
    user_id,
    activity_type,
    owner,
    occurred_at
from ranked_activities
where row_rank = 1
