{{ config(enabled=is_united('users')) }}
{%- set columns = [
    "email", "account_id", "job_title", "created_at", "crm_contact_id", "email_opt_out",
] -%}

with

source_users as (

    select * from {{ all_raw_rows('users', by_source=true) }} as raw_rows

),

known_addresses as (

    select * from {{ ref('united__addresses') }}

),

named_users as (

    select
        coalesce(source_users.user_id, known_addresses.user_id) as user_id,
        {%- for column in columns %}
        source_users.{{ column }},
        {%- endfor %}
        source_users.trust_rank
    from source_users
    left join known_addresses
        on
            source_users.user_id is null
            and source_users.email = known_addresses.email

),

users as (

    {{ by_trust('named_users', 'user_id', columns) | indent(4) }}

)

select
    user_id,
    {{ columns | join(",\n    ") }}
from users
where user_id is not null
union all
select
    null as user_id,
    email,
    null as account_id,
    null as job_title,
    null as created_at,
    null as crm_contact_id,
    email_opt_out
from source_users
where email is not null and email_opt_out is not null
