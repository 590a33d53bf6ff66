-- A link from an account to itself says nothing, and is left out.
with

raw_account_links as (

    select * from {{ raw_table('account_links') }} as raw_rows

)

select
    from_account_id,
    to_account_id,
    {{ try_timestamp('linked_at') }} as linked_at
from raw_account_links
where from_account_id <> to_account_id
