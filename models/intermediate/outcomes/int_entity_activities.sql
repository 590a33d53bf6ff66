with

activities as (

    select * from {{ ref('stg_crm__sales_activities') }}

),

resolved_activities as (

    {{ with_resolved_identity('activities') }}

),

holders as (

    select
        resolved_activities.*,
        'account' as entity_type,
        resolved_account_id as entity_id
    from resolved_activities
    union all
    select
        resolved_activities.*,
        'user' as entity_type,
        resolved_user_id as entity_id
    from resolved_activities

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
