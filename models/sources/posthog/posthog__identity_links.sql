with

identify_calls as (

    select
        from_id,
        to_user_id,
        {{ try_timestamp('linked_at') }} as linked_at
    from {{ source_rows('posthog', 'identify_calls') }} as identify_calls

),

persons as (

    select
        distinct_id as from_id,
        user_id as to_user_id,
        {{ try_timestamp('inserted_at') }} as linked_at
    from {{ source_rows('posthog', ['person_ids', 'person_overrides']) }} as persons
    where not coalesce({{ try_boolean('is_deleted') }}, false)

),

links as (

    select * from identify_calls
    union all
    select * from persons

)

select
    from_id,
    to_user_id,
    max(linked_at) as linked_at
from links
where from_id <> to_user_id
group by from_id, to_user_id
