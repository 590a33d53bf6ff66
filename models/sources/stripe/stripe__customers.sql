{#- where metadata are rows, the key is the end of what the vars name -#}
{%- set options = var("sources").get("stripe") or {} -%}
{%- set key = (options.account_id or "metadata.account_id").split(".")[-1] -%}

with

customers as (

    select
        customer_id,
        account_id,
        user_id,
        {{ mail_address('email') }} as email
    from {{ source_rows('stripe', 'customers') }} as customers

),

metadata as (

    select
        customer_id,
        max(value) as account_id
    from {{ source_rows('stripe', 'customer_metadata') }} as customer_metadata
    where key = {{ text_literal(key) }}
    group by customer_id

),

addresses as (

    select * from {{ ref('united__addresses') }}
    where user_rank = 1

),

domains as (

    select * from {{ ref('united__domains') }}
    where account_rank = 1

)

select
    customers.customer_id,
    coalesce(
        customers.account_id,
        metadata.account_id,
        addresses.account_id,
        domains.account_id
    ) as account_id,
    coalesce(customers.user_id, addresses.user_id) as user_id
from customers
left join metadata
    on customers.customer_id = metadata.customer_id
left join addresses
    on customers.email = addresses.email
left join domains
    on {{ mail_domain('customers.email') }} = domains.domain
