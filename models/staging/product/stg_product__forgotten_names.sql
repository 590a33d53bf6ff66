{#- Ephemeral: no relation of the database may hold whom it is to forget. Where nobody asked, no
    link is followed. -#}
{{ config(materialized='ephemeral') }}
{%- if raw_columns("deletion_requests") is none %}
select
    cast(null as {{ dbt.type_string() }}) as name,
    cast(null as date) as requested_on
from (select 1 as no_request) as no_requests
where 1 = 0
{%- else %}
with recursive

requests as (

    select
        user_id,
        email,
        cast({{ try_timestamp('requested_at') }} as date) as requested_on
    from {{ all_raw_rows('deletion_requests') }} as raw_rows

),

users as (

    select
        user_id,
        email
    from {{ all_raw_rows('users') }} as raw_rows
    where email is not null and user_id is not null

),

links as (

    select
        from_id,
        to_user_id,
        row_number() over (
            partition by from_id
            order by {{ try_timestamp('linked_at') }} desc nulls last, to_user_id
        ) as link_rank
    from {{ all_raw_rows('identity_links') }} as raw_rows
    where from_id <> to_user_id

),

-- the links that hold, read both ways
link_steps as (

    select
        from_id as near_id,
        to_user_id as far_id,
        true as is_upward
    from links
    where link_rank = 1
    union all
    select
        to_user_id as near_id,
        from_id as far_id,
        false as is_upward
    from links
    where link_rank = 1

),

asked_ids as (

    select
        user_id,
        requested_on
    from requests
    where user_id is not null
    union
    select
        users.user_id,
        requests.requested_on
    from requests
    inner join users
        on requests.email = users.email

),

-- Up to the id that stands for the person, and from there down to all that lead to it. Each once:
-- so it ends, even where links go round in a circle.
person_ids as (

    select
        user_id,
        requested_on,
        true as is_upward
    from asked_ids
    union
    select
        link_steps.far_id as user_id,
        person_ids.requested_on,
        link_steps.is_upward
    from person_ids
    inner join link_steps
        on
            person_ids.user_id = link_steps.near_id
            and (person_ids.is_upward or not link_steps.is_upward)

),

names as (

    select
        user_id as name,
        requested_on
    from person_ids
    union all
    select
        email as name,
        requested_on
    from requests
    where email is not null
    union all
    select
        users.email as name,
        person_ids.requested_on
    from person_ids
    inner join users
        on person_ids.user_id = users.user_id

)

select
    name,
    min(requested_on) as requested_on
from names
group by name
{%- endif %}
