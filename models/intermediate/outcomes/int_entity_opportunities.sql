with

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

placed_opportunities as (

    {{ on_todays_identity('opportunities') }}

),

holders as (

    select
        placed_opportunities.*,
        'account' as entity_type,
        holder_account_id as entity_id
    from placed_opportunities
    union all
    select
        placed_opportunities.*,
        'user' as entity_type,
        holder_user_id as entity_id
    from placed_opportunities

)

select
    entity_type,
    entity_id,
    opportunity_id,
    product_line,
    lead_source,
    amount,
    is_closed,
    is_won,
    created_on,
    closed_on
from holders
where entity_id is not null
