select
    account_id,
    account_name,
    domain,
    employee_count,
    industry,
    country,
    plan_name,
    seat_limit,
    created_at,
    crm_account_id,
    crm_owner_id
from {{ application_rows('accounts') }} as accounts
