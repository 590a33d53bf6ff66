select
    account_id,
    account_name,
    domain,
    industry,
    country,
    plan_name,
    employee_count,
    seat_limit,
    created_at,
    crm_account_id
from {{ source_rows('pendo', 'accounts') }} as accounts
