{#- Ephemeral: no relation of the database may hold whom it is to forget. -#}
{{ config(materialized='ephemeral') }}
-- depends_on: {{ ref('stg_product__forgotten_ids') }}
{%- if raw_columns("deletion_requests") is none %}
select
    cast(null as {{ dbt.type_string() }}) as name,
    cast(null as date) as requested_on
from (select 1 as no_request) as no_requests
where 1 = 0
{%- else %}
with

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
        to_user_id
    from {{ all_raw_rows('identity_links') }} as raw_rows

),

ids as (

    select user_id from requests
    union
    select user_id from users
    union
    select from_id as user_id from links
    union
    select to_user_id as user_id from links

),

person_ids as (

    select
        ids.user_id,
        forgotten_ids.requested_on
    from ids
    inner join {{ ref('stg_product__forgotten_ids') }} as forgotten_ids
        on {{ dbt.hash('ids.user_id') }} = forgotten_ids.id_hash

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
