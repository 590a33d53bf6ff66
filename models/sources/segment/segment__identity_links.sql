with

identify_calls as (

    select * from {{ source_rows('segment', 'identifies') }} as identifies
    union all
    select * from {{ source_rows('segment', 'identify_calls') }} as identify_calls

),

aliases as (

    select * from {{ source_rows('segment', 'aliases') }} as aliases

),

links as (

    select
        anonymous_id as from_id,
        user_id as to_user_id,
        {{ try_timestamp('occurred_at') }} as linked_at
    from identify_calls
    union all
    select
        previous_id as from_id,
        user_id as to_user_id,
        {{ try_timestamp('occurred_at') }} as linked_at
    from aliases

)

select
    from_id,
    to_user_id,
    max(linked_at) as linked_at
from links
where from_id is not null and to_user_id is not null and from_id <> to_user_id
group by from_id, to_user_id
