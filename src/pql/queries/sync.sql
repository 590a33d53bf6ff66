-- What `pql sync` reads of the warehouse, and what it keeps (in SQLite) of what it has sent.

-- name: sync_crm_accounts
-- Whatever stops a sync, the leads to act on went first.
select * from sync_crm_accounts
order by status in ('qualified', 'open') desc, account_key

-- name: sync_crm_contacts
select * from sync_crm_contacts
order by status in ('qualified', 'open') desc, contact_key

-- name: sync_crm_tasks
select * from sync_crm_tasks
order by status in ('qualified', 'open') desc, task_key

-- name: make_memory
create table if not exists sent (
    account text,
    record_type text,
    row_key text,
    record_id text,
    row_hash text,
    links text,
    primary key (account, record_type, row_key)
)

-- name: last_account
select account from sent
where record_type in (select value from json_each(?))
order by rowid desc
limit 1

-- name: sent
select row_key, record_id, row_hash, links
from sent
where account = ? and record_type = ?

-- name: remember
insert or replace into sent values (?, ?, ?, ?, ?, ?)

-- name: forget
delete from sent
where account = ? and record_type = ? and row_key = ?

-- name: messages
-- What people are told: alerts, and tasks. Where somebody raised a hand, one message tells both.
with leads as (
    select 'account' as entity_type, account_id as entity_id, account_id, reason, talking_point,
        offer_url, account_url, owner, owner_role
    from sync_crm_accounts
    where account_id <> ''
    union all
    select 'user', user_id, '', reason, talking_point, offer_url, account_url, owner, owner_role
    from sync_crm_contacts
    where user_id <> ''
),
hand_raises as (
    select entity_type, entity_id, raised_on, alert_key
    from sync_alerts
    where alert_type = 'hand_raise' and entity_id <> ''
),
alerts as (
    select
        alerts.alert_key as message_key,
        'alert' as kind,
        alerts.alert_type as topic,
        alerts.severity as urgency,
        alerts.message as title,
        coalesce(tasks.body, '') as body,
        alerts.is_open,
        alerts.raised_on as said_on,
        alerts.closed_on,
        '' as closed_reason,
        coalesce(tasks.due_at, null) as due_at,
        alerts.entity_type,
        alerts.entity_id,
        coalesce(tasks.owner, '') as task_owner,
        coalesce(tasks.owner_role, '') as task_role,
        alerts.sync_row_hash
    from sync_alerts as alerts
    left join sync_crm_tasks as tasks
        on alerts.alert_type = 'hand_raise'
        and tasks.entity_type = alerts.entity_type
        and tasks.entity_id = alerts.entity_id
        and tasks.created_on = alerts.raised_on
),
tasks as (
    select
        tasks.task_key as message_key,
        'task' as kind,
        tasks.definition as topic,
        tasks.priority as urgency,
        tasks.subject as title,
        tasks.body,
        tasks.status = 'open' as is_open,
        tasks.created_on as said_on,
        tasks.closed_on,
        tasks.closed_reason,
        tasks.due_at,
        tasks.entity_type,
        tasks.entity_id,
        tasks.owner as task_owner,
        tasks.owner_role as task_role,
        tasks.sync_row_hash
    from sync_crm_tasks as tasks
    left join hand_raises
        on tasks.entity_type = hand_raises.entity_type
        and tasks.entity_id = hand_raises.entity_id
        and tasks.created_on = hand_raises.raised_on
    where hand_raises.alert_key is null
),
messages as (
    select * from alerts
    union all
    select * from tasks
)
select
    messages.* exclude (task_owner, task_role),
    messages.entity_type <> '' and messages.entity_id = '' as is_forgotten,
    coalesce(nullif(messages.task_owner, ''), leads.owner, '') as owner,
    coalesce(nullif(messages.task_role, ''), leads.owner_role, '') as owner_role,
    coalesce(leads.reason, '') as reason,
    coalesce(leads.talking_point, '') as talking_point,
    coalesce(leads.offer_url, '') as offer_url,
    coalesce(leads.account_url, '') as account_url
from messages
left join leads
    on messages.entity_type = leads.entity_type and messages.entity_id = leads.entity_id
qualify row_number() over (partition by messages.message_key order by messages.due_at) = 1
order by messages.urgency = 'high' desc, messages.said_on, messages.message_key

-- name: digest
-- What each owner has to do: open tasks, the first due first.
select tasks.owner, tasks.owner_role, tasks.subject, tasks.due_at, tasks.sla_state,
    coalesce(accounts.account_url, '') as account_url
from sync_crm_tasks as tasks
left join sync_crm_accounts as accounts
    on tasks.account_key = accounts.account_key and tasks.account_key <> ''
where tasks.status = 'open' and tasks.entity_id <> ''
order by tasks.owner, tasks.due_at nulls last, tasks.task_key
