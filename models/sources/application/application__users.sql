with

users as (

    select * from {{ application_rows('users') }} as users

),

-- of several, the latest
memberships as (

    select
        user_id,
        account_id,
        row_number() over (
            partition by user_id
            order by {{ try_timestamp('created_at') }} desc nulls last, account_id
        ) as recency_rank
    from {{ application_rows('memberships') }} as memberships

)

select
    users.user_id,
    users.email,
    coalesce(users.account_id, memberships.account_id) as account_id,
    users.job_title,
    users.created_at,
    users.crm_contact_id,
    users.email_opt_out
from users
left join memberships
    on
        users.user_id = memberships.user_id
        and memberships.recency_rank = 1
