with

activities as (

    select * from {{ ref('stg_crm__sales_activities') }}

),

placed_activities as (

    {{ on_todays_identity('activities') }}

),

holders as (

    select
        placed_activities.*,
        'account' as entity_type,
        holder_account_id as entity_id
    from placed_activities
    union all
    select
        placed_activities.*,
        'user' as entity_type,
        holder_user_id as entity_id
    from placed_activities

)

select
    entity_type,
    entity_id,
    activity_id,
    activity_type,
    owner,
    occurred_at
from holders
where entity_id is not null
