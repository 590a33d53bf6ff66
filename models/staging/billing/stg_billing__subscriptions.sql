with

raw_subscriptions as (

    select * from {{ raw_table('subscriptions') }} as raw_rows
    where subscription_id is not null

),

typed_subscriptions as (

    select
        subscription_id,
        account_id,
        user_id,
        product_line,
        plan_name,
        lower(stage) as stage,
        {{ money('mrr') }} as mrr,
        cast({{ try_timestamp('started_at') }} as date) as started_on,
        cast({{ try_timestamp('ended_at') }} as date) as ended_on
    from raw_subscriptions

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_subscriptions as (

    select
        *,
        row_number() over (
            partition by subscription_id
            order by
                started_on desc nulls last,
                ended_on desc nulls last,
                stage,
                account_id,
                user_id,
                product_line,
                plan_name,
                mrr
        ) as row_rank
    from typed_subscriptions

)

select
    subscription_id,
    account_id,
    user_id,
    product_line,
    plan_name,
    stage,
    mrr,
    started_on,
    ended_on
from ranked_subscriptions
where row_rank = 1
