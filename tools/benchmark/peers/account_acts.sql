-- what was done in each account, by the project's rules of identity
as_of as (

    select cast(least(max(occurred_at), max(received_at)) as date) as as_of_date
    from events

),

-- one pass over the events: a row per actor, account, day, and what the definition asks for
acts as (

    select
        coalesce(identity_links.to_user_id, events.actor_id) as user_id,
        events.account_id,
        events.event_date,
        case
            when events.event_name in (
                'task_created', 'invite_accepted', 'limit_reached', 'demo_requested'
            )
                then events.event_name
            when events.event_name in ('data_source_connected', 'api_connected') then 'connected'
            when
                events.event_name = 'project_created'
                and json_extract_string(events.properties, '$.project_id') is not null
                then 'project_created'
            when
                events.event_name = 'page_viewed'
                and json_extract_string(events.properties, '$.page') = 'pricing'
                then 'pricing_viewed'
            else 'other'
        end as act,
        count(*) as act_count
    from events
    left join read_parquet(getvariable('raw') || '/identity_links.parquet') as identity_links
        on events.actor_id = identity_links.from_id
    group by all

),

domain_types as (

    select
        domain,
        domain_type
    from read_csv(getvariable('seeds') || '/reference/mail_domains.csv')
    union all
    select
        domain,
        domain_type
    from read_csv(getvariable('seeds') || '/config/special_domains.csv')

),

accounts as (

    select
        accounts.*,
        coalesce(domain_types.domain_type, 'business') as domain_type
    from read_parquet(getvariable('raw') || '/accounts.parquet') as accounts
    left join domain_types
        on accounts.domain = domain_types.domain

),

named_accounts as (

    select
        user_id,
        account_id
    from acts
    where account_id is not null and user_id is not null
    group by user_id, account_id
    qualify row_number() over (partition by user_id order by max(event_date) desc, account_id) = 1

),

domain_accounts as (

    select
        domain,
        min(account_id) as account_id
    from accounts
    where domain_type not in ('free', 'disposable', 'education')
    group by domain

),

users as (

    select
        users.user_id,
        coalesce(users.account_id, named_accounts.account_id, domain_accounts.account_id)
            as account_id,
        coalesce(domain_types.domain_type, 'business') = 'internal' as is_staff
    from read_parquet(getvariable('raw') || '/users.parquet') as users
    left join named_accounts
        on users.user_id = named_accounts.user_id
    left join domain_accounts
        on split_part(users.email, '@', 2) = domain_accounts.domain
    left join domain_types
        on split_part(users.email, '@', 2) = domain_types.domain

),

account_acts as (

    select
        coalesce(acts.account_id, users.account_id) as account_id,
        acts.user_id,
        acts.act,
        acts.act_count,
        acts.event_date,
        as_of.as_of_date
    from acts
    cross join as_of
    left join users
        on acts.user_id = users.user_id
    where users.is_staff is distinct from true and acts.event_date <= as_of.as_of_date

)
