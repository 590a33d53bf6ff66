{{ config(materialized='view') }}

select
    'account' as entity_type,
    account_id as entity_id,
    account_id,
    exclusion_reason,
    cast(created_at as date) as signed_up_on
from {{ ref('int_accounts') }}
union all
select
    'user' as entity_type,
    user_id as entity_id,
    account_id,
    exclusion_reason,
    cast(created_at as date) as signed_up_on
from {{ ref('int_users') }}
