with

-- several devices have one identity
users as (

    select
        *,
        row_number() over (
            partition by identity
            order by {{ try_timestamp('changed_at') }} desc nulls last, heap_user_id
        ) as recency_rank
    from {{ source_rows('heap', 'users') }} as users

)

select
    identity as user_id,
    email,
    account_id,
    job_title,
    created_at
from users
where identity is not null and recency_rank = 1
