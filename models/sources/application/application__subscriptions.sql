select
    subscription_id,
    account_id,
    user_id,
    product_line,
    plan_name,
    stage,
    started_at,
    ended_at,
    mrr
from {{ application_rows('subscriptions') }} as subscriptions
