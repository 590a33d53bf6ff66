{{ config(enabled=var('sources') | length > 0) }}

with

users as (

    select * from {{ all_raw_rows('users', by_source=true) }} as raw_rows
    where user_id is not null and email is not null

)

select
    email,
    user_id,
    max(account_id) as account_id,
    row_number() over (
        partition by email
        order by min(trust_rank), user_id
    ) as user_rank
from users
group by email, user_id
