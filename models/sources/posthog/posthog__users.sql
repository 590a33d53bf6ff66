with

persons as (

    select
        *,
        row_number() over (
            partition by user_id
            order by {{ try_timestamp('inserted_at') }} desc nulls last, distinct_id
        ) as recency_rank
    from {{ source_rows('posthog', 'person_ids') }} as person_ids
    where not coalesce({{ try_boolean('is_deleted') }}, false)

)

select
    user_id,
    email,
    account_id,
    job_title,
    created_at
from persons
where recency_rank = 1 and user_id is not null
