-- A link from an id to itself says nothing, and is left out.
with

raw_identity_links as (

    select * from {{ raw_table('identity_links') }} as raw_rows

)

select
    from_id,
    to_user_id,
    {{ try_timestamp('linked_at') }} as linked_at
from raw_identity_links
where from_id <> to_user_id
