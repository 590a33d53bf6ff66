with

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

resolved_opportunities as (

    {{ with_resolved_identity('opportunities') }}

),

holders as (

    select
        resolved_opportunities.*,
        'account' as entity_type,
        resolved_account_id as entity_id
    from resolved_opportunities
    union all
    select
        resolved_opportunities.*,
        'user' as entity_type,
        resolved_user_id as entity_id
    from resolved_opportunities

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
