with

links as (

    select
        anonymous_id as from_id,
        user_id as to_user_id,
        {{ try_timestamp('occurred_at') }} as linked_at
    from {{ source_rows('amplitude', 'events') }} as events
    union all
    select
        from_id,
        to_user_id,
        {{ try_timestamp('linked_at') }} as linked_at
    from {{ source_rows('amplitude', 'merged_ids') }} as merged_ids

)

select
    from_id,
    to_user_id,
    max(linked_at) as linked_at
from links
where from_id <> to_user_id
group by from_id, to_user_id
