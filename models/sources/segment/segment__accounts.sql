with

latest_groups as (

    select * from {{ source_rows('segment', 'groups') }} as latest_groups
    union all
    select * from {{ source_rows('segment', 'group_calls') }} as group_calls

)

select
    account_id,
    account_name,
    domain,
    employee_count,
    industry,
    country,
    plan_name,
    seat_limit,
    created_at
from latest_groups
