with

links as (

    select *
    from {{ source_rows('segment', ['identifies', 'identify_calls', 'aliases']) }} as links

)

select
    from_id,
    to_user_id,
    max({{ try_timestamp('linked_at') }}) as linked_at
from links
where from_id <> to_user_id
group by from_id, to_user_id
