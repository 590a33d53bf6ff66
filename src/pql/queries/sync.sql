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
