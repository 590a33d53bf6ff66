-- What `pql init` reads: events and users are views of the raw files, their cells text.

-- name: events
with user_accounts as (
    select user_id, max(account_id) as account_id
    from users
    group by user_id
)
select
    events.event_name,
    count(*) as row_count,
    count(distinct coalesce(events.user_id, events.anonymous_id)) as users,
    count(distinct coalesce(events.account_id, user_accounts.account_id)) as accounts,
    count(coalesce(events.account_id, user_accounts.account_id)) as rows_of_accounts
from events
left join user_accounts on events.user_id = user_accounts.user_id
where events.event_name is not null
group by events.event_name
order by row_count desc, events.event_name
