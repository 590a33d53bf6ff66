with

users as (

    select * from {{ ref('stg_product__users') }}

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

domain_types as (

    select * from {{ ref('int_domain_types') }}

),

actor_accounts as (

    select * from {{ ref('int_actor_accounts') }}

),

-- the accounts of a work-mail domain
domain_accounts as (

    select
        accounts.domain,
        min(accounts.account_id) as account_id
    from {{ ref('stg_product__accounts') }} as accounts
    inner join domain_types
        on accounts.domain = domain_types.domain
    where domain_types.domain_type not in ('free', 'disposable', 'education')
    group by accounts.domain

),

-- a superseded id has no say: the survivor's own row counts
user_ids as (

    select users.user_id
    from users
    left join identity_links
        on
            users.user_id = identity_links.from_id
            and identity_links.entity_type = 'user'
    where identity_links.from_id is null
    {{ union_distinct() }}
    select user_id from actor_accounts

),

joined_users as (

    select
        user_ids.user_id,
        users.job_title,
        users.crm_contact_id,
        users.mail_domain,
        users.email_opt_out,
        users.created_at,
        users.user_id is not null as is_known,
        coalesce(domain_types.domain_type, 'unknown') as domain_type,
        coalesce(users.account_id, actor_accounts.account_id, domain_accounts.account_id)
            as own_account_id
    from user_ids
    left join users
        on user_ids.user_id = users.user_id
    left join domain_types
        on users.mail_domain = domain_types.domain
    left join actor_accounts
        on user_ids.user_id = actor_accounts.user_id
    left join domain_accounts
        on users.mail_domain = domain_accounts.domain

)

select
    joined_users.user_id,
    coalesce(account_links.to_id, joined_users.own_account_id) as account_id,
    joined_users.mail_domain,
    joined_users.domain_type,
    joined_users.job_title,
    joined_users.crm_contact_id,
    case
        when joined_users.domain_type = 'internal' then 'works here: mail on an internal domain'
        else exclusions.reason
    end as exclusion_reason,
    coalesce(joined_users.email_opt_out, false) as email_opt_out,
    joined_users.is_known,
    joined_users.created_at
from joined_users
left join identity_links as account_links
    on
        joined_users.own_account_id = account_links.from_id
        and account_links.entity_type = 'account'
left join {{ ref('int_exclusions') }} as exclusions
    on
        joined_users.user_id = exclusions.entity_id
        and exclusions.entity_type = 'user'
