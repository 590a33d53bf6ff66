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

-- name: outcomes
with user_accounts as (
    select user_id, max(account_id) as account_id
    from users
    group by user_id
),
payments as (
    select
        case
            when $entity_type = 'user' then subscriptions.user_id
            else coalesce(subscriptions.account_id, user_accounts.account_id)
        end as entity_id,
        min(try_cast(started_at as timestamptz)) as paid_at
    from subscriptions
    left join user_accounts using (user_id)
    where lower(stage) = 'paid'
    group by all
),
acts as (
    select
        case
            when $entity_type = 'user' then coalesce(events.user_id, events.anonymous_id)
            else coalesce(events.account_id, user_accounts.account_id)
        end as entity_id,
        event_name,
        min(try_cast(occurred_at as timestamptz)) as first_at
    from events
    left join user_accounts using (user_id)
    where event_name is not null
    group by all
),
-- who paid before doing anything tells nothing
dated_acts as (
    select
        *,
        payments.paid_at is not null as has_paid,
        min(first_at) over (partition by entity_id) as active_at
    from acts
    left join payments using (entity_id)
    where entity_id is not null
),
observed_acts as (
    select * from dated_acts
    where not has_paid or active_at < paid_at
),
totals as (
    select
        count(distinct entity_id) filter (where has_paid) as payers,
        count(distinct entity_id) filter (where not has_paid) as others
    from observed_acts
)
select
    observed_acts.event_name,
    totals.payers,
    totals.others,
    count(*) filter (where has_paid and first_at < paid_at) / nullif(totals.payers, 0)
        as payer_share,
    count(*) filter (where not has_paid) / nullif(totals.others, 0) as other_share
from observed_acts
cross join totals
group by observed_acts.event_name, totals.payers, totals.others
order by payer_share - other_share desc, observed_acts.event_name

-- name: samples
select
    event_name,
    count(*) as row_count,
    arg_max(properties, occurred_at || coalesce(properties, '')) as properties,
    max(occurred_at) as occurred_at
from events
where event_name is not null
group by event_name
order by row_count desc, event_name
