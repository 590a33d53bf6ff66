select
    account_id,
    account_name,
    domain,
    industry,
    country,
    plan_name,
    employee_count,
    seat_limit,
    created_at
from {{ source_rows('segment', ['groups', 'group_calls']) }} as latest_groups
