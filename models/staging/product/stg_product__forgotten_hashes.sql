{#- By hash, as no relation may hold whom it is to forget. Where nobody asked, no link is
    followed. -#}
{{ config(materialized='table') }}
{%- if raw_columns("deletion_requests") is none %}
select
    cast(null as {{ dbt.type_string() }}) as name_hash,
    cast(null as date) as requested_on
from (select 1 as no_request) as no_requests
where 1 = 0
{%- else %}
{%- set holding_links %}
    select
        from_id,
        to_user_id
    from (
        select
            from_id,
            to_user_id,
            row_number() over (
                partition by from_id
                order by {{ try_timestamp('linked_at') }} desc nulls last, to_user_id
            ) as link_rank
        from {{ all_raw_rows('identity_links') }} as raw_rows
        where from_id <> to_user_id
    ) as links
    where link_rank = 1
{%- endset %}
{#- read both ways -#}
{%- set link_steps %}
    select
        {{ dbt.hash('from_id') }} as near_hash,
        {{ dbt.hash('to_user_id') }} as far_hash,
        true as is_upward
    from ({{ holding_links }}) as holding_links
    union all
    select
        {{ dbt.hash('to_user_id') }} as near_hash,
        {{ dbt.hash('from_id') }} as far_hash,
        false as is_upward
    from ({{ holding_links }}) as holding_links
{%- endset %}
{%- set asked_ids %}
    select
        {{ dbt.hash('user_id') }} as id_hash,
        cast({{ try_timestamp('requested_at') }} as date) as requested_on,
        true as is_upward
    from {{ all_raw_rows('deletion_requests') }} as raw_rows
    where user_id is not null
    {{ union_distinct() }}
    select
        {{ dbt.hash('users.user_id') }} as id_hash,
        cast({{ try_timestamp('requests.requested_at') }} as date) as requested_on,
        true as is_upward
    from {{ all_raw_rows('deletion_requests') }} as requests
    inner join {{ all_raw_rows('users') }} as users
        on requests.email = users.email
    where users.user_id is not null
{%- endset %}
{#- Up to the id that stands for the person, and from there down to all that lead to it. Each once:
    so it ends, even where links go round in a circle. -#}
{%- set linked_ids %}
    select
        link_steps.far_hash as id_hash,
        person_ids.requested_on,
        link_steps.is_upward
    from person_ids
    inner join link_steps
        on
            person_ids.id_hash = link_steps.near_hash
            and (person_ids.is_upward or not link_steps.is_upward)
{%- endset %}

with {{ recursive_rows(
    "person_ids", ("link_steps", link_steps), asked_ids, linked_ids, is_distinct=true
) }},

names as (

    select
        id_hash as name_hash,
        requested_on
    from person_ids
    union all
    select
        {{ dbt.hash('email') }} as name_hash,
        cast({{ try_timestamp('requested_at') }} as date) as requested_on
    from {{ all_raw_rows('deletion_requests') }} as raw_rows
    where email is not null
    union all
    select
        {{ dbt.hash('users.email') }} as name_hash,
        person_ids.requested_on
    from person_ids
    inner join {{ all_raw_rows('users') }} as users
        on person_ids.id_hash = {{ dbt.hash('users.user_id') }}
    where users.email is not null

)

select
    name_hash,
    min(requested_on) as requested_on
from names
group by name_hash
{%- endif %}
