with

raw_opportunities as (

    select * from {{ raw_table('opportunities') }} as raw_rows
    where opportunity_id is not null

),

typed_opportunities as (

    select
        opportunity_id,
        account_id,
        user_id,
        product_line,
        lower(lead_source) as lead_source,
        {{ money('amount') }} as amount,
        {{ try_boolean('is_closed') }} as is_closed,
        {{ try_boolean('is_won') }} as is_won,
        cast({{ try_timestamp('created_at') }} as date) as created_on,
        cast({{ try_timestamp('closed_at') }} as date) as closed_on
    from raw_opportunities

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_opportunities as (

    select
        *,
        row_number() over (
            partition by opportunity_id
            order by
                closed_on desc nulls last,
                created_on desc nulls last,
                account_id,
                user_id,
                product_line,
                lead_source,
                amount,
                is_won,
                is_closed
        ) as row_rank
    from typed_opportunities

)

select
    opportunity_id,
    account_id,
    user_id,
    product_line,
    lead_source,
    amount,
    is_closed,
    is_won,
    created_on,
    closed_on
from ranked_opportunities
where row_rank = 1
