-- Peer: one definition (six_signal, version 1) scored on the last day.
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
    from (from account_acts select *, as_of_date - event_date as age_days)
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
