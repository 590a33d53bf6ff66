{#- where metadata are rows, the key is the end of what the vars name -#}
{%- set options = var("sources").get("stripe") or {} -%}
{%- set key = (options.account_id or "metadata.account_id").split(".")[-1] -%}

with

metadata as (

    select
        customer_id,
        max(value) as account_id
    from {{ source_rows('stripe', 'customer_metadata') }} as customer_metadata
    where key = {{ text_literal(key) }}
    group by customer_id

),

customers as (

    select
        customers.customer_id,
        coalesce(customers.account_id, metadata.account_id) as account_id,
        customers.user_id,
        customers.email
    from {{ source_rows('stripe', 'customers') }} as customers
    left join metadata
        on customers.customer_id = metadata.customer_id

)

{{ known_customers('customers') }}
