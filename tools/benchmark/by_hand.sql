-- What the benchmark compares the project with: one definition (six_signal, version 1) scored on one
-- day by one query, written for DuckDB and for nothing else, after the same cleaning and the same
-- rules of identity. The variable raw names the folder of raw tables, seeds that of the seeds.
with

readable_events as (

    select
        event_id,
        event_name,
        coalesce(user_id, anonymous_id) as actor_id,
        account_id,
        properties,
        occurred_at,
        coalesce(received_at, occurred_at) as received_at,
        cast(occurred_at as date) as event_date
    from read_parquet(getvariable('raw') || '/events/*.parquet')
    where
        event_name is not null
        and coalesce(user_id, anonymous_id, account_id) is not null
        and occurred_at >= timestamp '2000-01-01'
        and occurred_at <= coalesce(received_at, occurred_at) + interval 24 hours
        and (
            properties is null
            or case when json_valid(properties) then json_type(properties) = 'OBJECT' end
        )

),

events as (

    select
        event_name,
        actor_id,
        account_id,
        properties,
        event_date,
        occurred_at,
        received_at
    from readable_events
    qualify row_number() over (partition by event_id, event_date order by received_at) = 1

),

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
        as_of.as_of_date - acts.event_date as age_days
    from acts
    cross join as_of
    left join users
        on acts.user_id = users.user_id
    where users.is_staff is distinct from true and age_days >= 0

),

values_of_signals as (

    select
        account_id,
        coalesce(sum(act_count) filter (act = 'task_created' and age_days < 30), 0) as tasks,
        count(*) filter (act = 'project_created') as projects,
        count(distinct user_id) filter (act = 'invite_accepted' and age_days < 30) as teammates,
        coalesce(sum(act_count) filter (act = 'pricing_viewed' and age_days < 14), 0) as pricing,
        count(*) filter (act = 'limit_reached' and age_days < 30) as limits,
        count(*) filter (act = 'connected') as connections,
        count(*) filter (age_days < 7) as active,
        count(*) filter (act = 'demo_requested' and age_days < 30) as demos,
        min(age_days) as idle_days
    from account_acts
    where account_id is not null
    group by account_id

),

paid as (

    select distinct subscriptions.account_id
    from read_parquet(getvariable('raw') || '/subscriptions.parquet') as subscriptions
    cross join as_of
    where
        subscriptions.stage = 'paid'
        and cast(subscriptions.started_at as date) <= as_of.as_of_date

),

scores as (

    select
        values_of_signals.*,
        case when tasks >= 10 then 25 else 0 end
        + case when teammates >= 1 then 20 else 0 end
        + case when pricing >= 2 then 20 else 0 end
        + case when limits >= 1 then 15 else 0 end
        + case when connections >= 1 then 10 else 0 end
        + case when active >= 1 then 10 else 0 end as score,
        coalesce(
            accounts.employee_count >= 10
            and lower(accounts.industry) in (
                'software', 'financial services', 'professional services', 'healthcare', 'media'
            )
            and accounts.domain_type = 'business'
            and paid.account_id is null,
            false
        ) as is_eligible
    from values_of_signals
    left join accounts
        on values_of_signals.account_id = accounts.account_id
    left join paid
        on values_of_signals.account_id = paid.account_id

)

select
    account_id,
    score,
    is_eligible
    and (
        demos >= 1
        or (score >= 50 and (tasks >= 10 or projects >= 1) and idle_days < 30)
    ) as is_qualified
from scores
