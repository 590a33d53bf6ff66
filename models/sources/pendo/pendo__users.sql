with

visitors as (

    select * from {{ source_rows('pendo', 'visitors') }} as visitors

),

memberships as (

    select * from {{ source_rows('pendo', 'memberships') }} as memberships

)

select
    visitors.user_id,
    visitors.email,
    coalesce(visitors.account_id, memberships.account_id) as account_id,
    visitors.job_title,
    visitors.created_at
from visitors
left join memberships
    on visitors.user_id = memberships.user_id
where substr(visitors.user_id, 1, 9) <> '_PENDO_T_'
