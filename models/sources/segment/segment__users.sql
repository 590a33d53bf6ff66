with

users as (

    select * from {{ source_rows('segment', ['users', 'identified_users']) }} as users

),

first_calls as (

    select
        to_user_id as user_id,
        min({{ try_timestamp('linked_at') }}) as first_identified_at
    from {{ source_rows('segment', ['identifies', 'identify_calls']) }} as identify_calls
    group by to_user_id

),

memberships as (

    select * from {{ source_rows('segment', ['memberships', 'group_calls']) }} as memberships

)

select
    users.user_id,
    users.email,
    -- a trait of the user's own, else the group of the latest call
    coalesce(users.account_id, memberships.account_id) as account_id,
    users.job_title,
    -- a trait that many do not send
    coalesce(
        cast(users.created_at as {{ dbt.type_string() }}),
        cast(first_calls.first_identified_at as {{ dbt.type_string() }})
    ) as created_at
from users
left join first_calls
    on users.user_id = first_calls.user_id
left join memberships
    on users.user_id = memberships.user_id
