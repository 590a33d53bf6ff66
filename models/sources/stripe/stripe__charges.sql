with

items as (

    select * from {{ source_rows('stripe', 'items') }} as items

),

first_items as (

    select first_items.*
    from {{ source_rows('stripe', 'first_items') }} as first_items
    left join items
        on first_items.subscription_id = items.subscription_id
    where first_items.price_id is not null and items.subscription_id is null

),

all_items as (

    select * from items
    union all
    select * from first_items

),

priced_items as (

    select
        all_items.subscription_id,
        prices.product_line,
        prices.plan_name,
        prices.mrr * coalesce({{ try_decimal('all_items.quantity') }}, 1) as mrr,
        {{ try_timestamp('all_items.current_period_end') }} as current_period_end
    from all_items
    left join {{ ref('stripe__prices') }} as prices
        on all_items.price_id = prices.price_id

),

ranked_items as (

    select
        *,
        row_number() over (
            partition by subscription_id
            order by mrr desc nulls last, product_line, plan_name
        ) as item_rank
    from priced_items

)

select
    subscription_id,
    max(case when item_rank = 1 then product_line end) as product_line,
    max(case when item_rank = 1 then plan_name end) as plan_name,
    cast(round(sum(mrr), 2) as {{ dbt.type_numeric() }}) as mrr,
    sum(mrr) = 0 and count(mrr) = count(*) as is_free,
    max(current_period_end) as current_period_end
from ranked_items
group by subscription_id
