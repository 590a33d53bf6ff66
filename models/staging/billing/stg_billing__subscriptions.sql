with

raw_subscriptions as (

    select * from {{ raw_table('subscriptions') }} as raw_rows

)

select
    subscription_id,
    account_id,
    user_id,
    product_line,
    plan_name,
    lower(stage) as stage,
    {{ try_decimal('mrr') }} as mrr,
    cast({{ try_timestamp('started_at') }} as date) as started_on,
    cast({{ try_timestamp('ended_at') }} as date) as ended_on
from raw_subscriptions
