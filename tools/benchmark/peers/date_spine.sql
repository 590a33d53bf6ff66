-- Peer: the score of each account on each day of the year as a plain model of dbt would have it:
-- what users did by day, joined to all days from then on, and summed up.
days as (

    select unnest(generate_series(min(event_date), max(as_of_date), interval 1 day)) as day
    from account_acts

),

values_of_days as (

    select
        account_acts.account_id,
        cast(days.day as date) as day,
        sum(act_count) filter (act = 'task_created' and day < event_date + 30) as tasks,
        count(distinct user_id) filter (act = 'invite_accepted' and day < event_date + 30)
            as teammates,
        sum(act_count) filter (act = 'pricing_viewed' and day < event_date + 14) as pricing,
        count(*) filter (act = 'limit_reached' and day < event_date + 30) as limits,
        count(*) filter (act = 'connected') as connections,
        count(*) filter (day < event_date + 7) as active
    from account_acts
    inner join days
        on account_acts.event_date <= days.day
    where account_acts.account_id is not null
    group by account_acts.account_id, days.day

)

select
    account_id,
    day,
    case when tasks >= 10 then 25 else 0 end
    + case when teammates >= 1 then 20 else 0 end
    + case when pricing >= 2 then 20 else 0 end
    + case when limits >= 1 then 15 else 0 end
    + case when connections >= 1 then 10 else 0 end
    + case when active >= 1 then 10 else 0 end as score
from values_of_days
