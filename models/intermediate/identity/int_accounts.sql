with

accounts as (

    select * from {{ ref('stg_product__accounts') }}

),

account_links as (

    select * from {{ ref('int_identity_links') }}
    where entity_type = 'account'

),

domain_types as (

    select * from {{ ref('int_domain_types') }}

),

exclusions as (

    select * from {{ ref('int_exclusions') }}
    where entity_type = 'account'

),

-- every account that a row names, whether or not it is in accounts
named_accounts as (

    select account_id from accounts
    {{ union_distinct() }}
    select account_id from {{ ref('int_signal_counts') }}
    where account_id is not null
    {{ union_distinct() }}
    select account_id from {{ ref('int_users') }}
    where account_id is not null

),

account_ids as (

    select distinct coalesce(account_links.to_id, named_accounts.account_id) as account_id
    from named_accounts
    left join account_links
        on named_accounts.account_id = account_links.from_id

)

select
    account_ids.account_id,
    accounts.account_name,
    accounts.domain,
    coalesce(domain_types.domain_type, 'unknown') as domain_type,
    accounts.industry,
    accounts.country,
    accounts.plan_name,
    accounts.employee_count,
    accounts.seat_limit,
    accounts.raw_created_at,
    accounts.crm_account_id,
    accounts.crm_owner_id,
    exclusions.reason as exclusion_reason,
    accounts.account_id is not null as is_known,
    accounts.created_at
from account_ids
left join accounts
    on account_ids.account_id = accounts.account_id
left join domain_types
    on accounts.domain = domain_types.domain
left join exclusions
    on account_ids.account_id = exclusions.entity_id
