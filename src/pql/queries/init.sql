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

-- name: numbers
with user_accounts as (
    select user_id, max(account_id) as account_id
    from users
    group by user_id
),
read_events as (
    select
        event_name,
        coalesce(user_id, anonymous_id) as user_id,
        coalesce(events.account_id, user_accounts.account_id) as account_id,
        try_cast(properties as json) as properties
    from events
    left join user_accounts using (user_id)
    where event_name is not null and json_valid(properties)
),
cells as (
    select
        *,
        unnest(json_keys(properties)) as property
    from read_events
    where json_type(properties) = 'OBJECT'
),
values_of_cells as (
    select
        *,
        json_extract(properties, '$."' || property || '"') as value
    from cells
    where not contains(property, '"')
)
select
    event_name,
    property,
    count(distinct user_id) as users,
    count(distinct account_id) as accounts
from values_of_cells
where json_type(value) <> 'NULL'
group by event_name, property
having
    count_if(json_type(value) in ('UBIGINT', 'BIGINT', 'DOUBLE')) >= 0.9 * count(*)
    and count(distinct value) > 2
    and min(try_cast(value as double)) >= 0
order by event_name, property
