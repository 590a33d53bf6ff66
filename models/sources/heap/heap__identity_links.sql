with

links as (

    select
        heap_user_id as from_id,
        identity as to_user_id,
        {{ try_timestamp('changed_at') }} as linked_at
    from {{ source_rows('heap', 'users') }} as users
    union all
    select
        from_id,
        to_user_id,
        {{ try_timestamp('linked_at') }} as linked_at
    from {{ source_rows('heap', 'user_migrations') }} as user_migrations

)

select
    from_id,
    to_user_id,
    max(linked_at) as linked_at
from links
where from_id <> to_user_id
group by from_id, to_user_id
