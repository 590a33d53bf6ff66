with

-- a price may stand among prices, plans and in subscriptions
prices as (

    select
        price_id,
        max(product_id) as product_id,
        max(nickname) as nickname,
        max(lower(currency)) as currency,
        max({{ try_decimal('unit_amount') }}) as unit_amount,
        max(lower(billing_interval)) as billing_interval,
        max({{ try_decimal('interval_count') }}) as interval_count,
        max(lower(usage_type)) as usage_type
    from {{ source_rows('stripe', ['prices', 'plans', 'embedded_prices']) }} as prices
    where price_id is not null
    group by price_id

),

products as (

    select * from {{ source_rows('stripe', 'products') }} as products

)

select
    prices.price_id,
    products.product_line,
    coalesce(products.product_name, prices.nickname) as plan_name,
    case
        when coalesce(prices.usage_type, 'licensed') <> 'metered'
            then
                {{ per_month(
                    major_units('prices.unit_amount', 'prices.currency'),
                    'prices.billing_interval',
                    'prices.interval_count',
                ) }}
    end as mrr
from prices
left join products
    on prices.product_id = products.product_id
