select
    'user' as entity_type,
    user_id as entity_id,
    exclusion_reason as reason
from {{ ref('int_users') }}
where exclusion_reason is not null
union all
select
    'account' as entity_type,
    account_id as entity_id,
    exclusion_reason as reason
from {{ ref('int_accounts') }}
where exclusion_reason is not null
