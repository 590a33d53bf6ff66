{%- set embedded = ['first_items', 'second_items'] -%}

with

items as (

    select * from {{ source_rows('chargebee', 'items') }} as items

),

embedded_items as (

    select embedded_items.*
    from {{ source_rows('chargebee', embedded) }} as embedded_items
    left join items
        on embedded_items.subscription_id = items.subscription_id
    where embedded_items.item_price_id is not null and items.subscription_id is null

),

all_items as (

    select * from items
    union all
    select * from embedded_items

),

item_prices as (

    select * from {{ source_rows('chargebee', 'item_prices') }} as item_prices

),

products as (

    select * from {{ source_rows('chargebee', ['products', 'plans']) }} as products

),

-- a charge is paid once
item_amounts as (

    select
        all_items.subscription_id,
        products.product_line,
        coalesce(products.product_name, item_prices.price_name) as plan_name,
        case when lower(all_items.item_type) = 'plan' then 0 else 1 end as type_rank,
        coalesce(
            {{ try_decimal('all_items.amount') }},
            {{ try_decimal('all_items.unit_price') }}
            * coalesce({{ try_decimal('all_items.quantity') }}, 1)
        ) as amount
    from all_items
    left join item_prices
        on all_items.item_price_id = item_prices.item_price_id
    left join products
        on item_prices.item_id = products.product_id
    where coalesce(lower(all_items.item_type), '') <> 'charge'
    union all
    select
        subscriptions.subscription_id,
        products.product_line,
        products.product_name as plan_name,
        0 as type_rank,
        {{ try_decimal('subscriptions.plan_unit_price') }}
        * coalesce({{ try_decimal('subscriptions.plan_quantity') }}, 1) as amount
    from {{ source_rows('chargebee', 'subscriptions') }} as subscriptions
    left join products
        on subscriptions.plan_id = products.product_id
    where subscriptions.plan_id is not null

),

ranked_items as (

    select
        *,
        row_number() over (
            partition by subscription_id
            order by type_rank, amount desc nulls last, product_line, plan_name
        ) as item_rank
    from item_amounts

)

select
    subscription_id,
    max(case when item_rank = 1 then product_line end) as product_line,
    max(case when item_rank = 1 then plan_name end) as plan_name,
    sum(amount) as amount,
    count(amount) = count(*) as is_known
from ranked_items
group by subscription_id
