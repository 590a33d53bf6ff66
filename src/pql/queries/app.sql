-- What the pages of `pql app` read. Each query narrows, sorts and cuts in the database.

-- name: as_of
select as_of_date, watermark_at, horizon_date from int_as_of

-- name: company_size
case
        when try_cast(accounts.employee_count as bigint) < 50 then '1-49'
        when try_cast(accounts.employee_count as bigint) < 250 then '50-249'
        when try_cast(accounts.employee_count as bigint) < 1000 then '250-999'
        when try_cast(accounts.employee_count as bigint) >= 1000 then '1000+'
        else 'unknown'
    end

-- name: accounts
select
    leads.*,
    accounts.industry,
    {company_size} as company_size,
    leads.account_id as entity_id,
    coalesce(leads.account_name, leads.domain) as name
from pql_accounts as leads
left join int_accounts as accounts using (account_id)

-- name: users
select
    leads.*,
    accounts.industry,
    accounts.domain,
    {company_size} as company_size,
    leads.user_id as entity_id,
    leads.email as name
from pql_users as leads
left join int_accounts as accounts using (account_id)

-- name: chosen
where
    definition_id = coalesce(cast($definition_id as varchar), definition_id)
    and is_qualified = coalesce(cast($is_qualified as boolean), is_qualified)
    and (cast($tier as varchar) is null or tier = cast($tier as varchar))
    and (cast($motion as varchar) is null or motion = cast($motion as varchar))
    and (cast($owner as varchar) is null or coalesce(owner, owner_role) = cast($owner as varchar))
    and (cast($stage as varchar) is null or stage = cast($stage as varchar))
    and (cast($industry as varchar) is null or industry = cast($industry as varchar))
    and (cast($company_size as varchar) is null or company_size = cast($company_size as varchar))
    and (
        cast($search as varchar) is null
        or entity_id = cast($search as varchar)
        or contains(lower(coalesce(name, '')), lower(cast($search as varchar)))
        or contains(lower(coalesce(domain, '')), lower(cast($search as varchar)))
    )

-- name: account_leads
select * from ({accounts}) as leads
{chosen}
order by is_qualified desc, score desc, entity_id, definition_id
limit $top

-- name: user_leads
select * from ({users}) as leads
{chosen}
order by is_qualified desc, score desc, entity_id, definition_id
limit $top

-- name: account_count
select
    count(*) as leads,
    count(*) filter (where is_qualified) as qualified,
    count(*) filter (where is_eligible) as eligible
from ({accounts}) as leads
{chosen}

-- name: user_count
select
    count(*) as leads,
    count(*) filter (where is_qualified) as qualified,
    count(*) filter (where is_eligible) as eligible
from ({users}) as leads
{chosen}

-- name: account_choices
select
    list(distinct definition_id) as definition_id,
    list(distinct tier) as tier,
    list(distinct motion) as motion,
    list(distinct coalesce(owner, owner_role)) as owner,
    list(distinct stage) as stage,
    list(distinct industry) as industry
from pql_accounts
left join int_accounts using (account_id)

-- name: user_choices
select
    list(distinct definition_id) as definition_id,
    list(distinct tier) as tier,
    list(distinct motion) as motion,
    list(distinct coalesce(owner, owner_role)) as owner,
    list(distinct stage) as stage,
    list(distinct industry) as industry
from pql_users
left join int_accounts using (account_id)

-- name: qualified_account
select definition_id, definition_version
from pql_accounts
where account_id = $entity_id and is_qualified

-- name: qualified_user
select definition_id, definition_version
from pql_users
where user_id = $entity_id and is_qualified

-- name: events_by_day
-- Ids first, then their counts: the large table is read by id alone.
with own_users as (
    select user_id
    from int_users
    where if($entity_type = 'user', user_id, account_id) = $entity_id
        and ($entity_type = 'user' or exclusion_reason is null)
),
actors as (
    select user_id as actor_id from own_users
    union
    select from_id from int_identity_links
    where entity_type = 'user' and to_id in (select user_id from own_users)
),
accounts as (
    select cast($entity_id as varchar) as account_id where $entity_type = 'account'
    union
    select from_id from int_identity_links
    where entity_type = $entity_type and entity_type = 'account' and to_id = $entity_id
),
excluded_users as (
    select user_id from int_users where exclusion_reason is not null
),
excluded_actors as (
    select user_id as actor_id from excluded_users
    union
    select from_id from int_identity_links
    where entity_type = 'user' and to_id in (select user_id from excluded_users)
),
of_actors as (
    select activity_date, item, event_count
    from int_signal_counts
    where
        signal_id = 'any_activity'
        and actor_id in (select actor_id from actors)
        and ($entity_type = 'user' or account_id is null)
),
of_accounts as (
    select activity_date, item, event_count
    from int_signal_counts
    where
        signal_id = 'any_activity'
        and account_id in (select account_id from accounts)
        and coalesce(actor_id, '') not in (select actor_id from excluded_actors)
)
select activity_date as event_date, item as event_name, sum(event_count) as event_count
from (select * from of_actors union all select * from of_accounts) as counts
group by activity_date, item
order by activity_date, item

-- name: people
select
    users.user_id,
    staged_users.email,
    users.job_title,
    buying_groups.contact_status,
    buying_groups.active_days_28d,
    buying_groups.event_count_28d,
    coalesce(buying_groups.is_champion, false) as is_champion,
    coalesce(buying_groups.is_decision_maker, false) as is_decision_maker,
    buying_groups.user_id is not null as is_in_buying_group,
    users.exclusion_reason
from int_users as users
left join stg_product__users as staged_users using (user_id)
left join int_buying_groups as buying_groups
    on users.account_id = buying_groups.account_id and users.user_id = buying_groups.user_id
where users.account_id = $entity_id
order by is_in_buying_group desc, buying_groups.champion_rank nulls last, users.user_id
limit 200

-- name: published
select as_of_date, definition_id, definition_version, change, score, top_reasons, published_at
from pql_published
where entity_type = $entity_type and entity_id = $entity_id
order by published_at desc, definition_id
limit 100

-- name: synced_account
select status, definition, tier, motion, reason, next_action, owner, score, sync_changed_at
from sync_crm_accounts
where account_id = $entity_id

-- name: synced_user
select status, definition, tier, motion, reason, next_action, owner, score, sync_changed_at
from sync_crm_contacts
where user_id = $entity_id

-- name: definitions
select definition_id, definition_version, definition_name, entity_type, status, owner, description
from pql_definitions
order by array_position(['live', 'challenger', 'draft', 'retired'], status), definition_id,
    definition_version desc

-- name: days
select event_date, raw_count, accepted_count, duplicate_count, rejected_count, forgotten_count
from event_reconciliation
where event_date is null or event_date > (select as_of_date from int_as_of) - $days_back
order by event_date desc

-- name: totals
select
    cast(sum(raw_count) as bigint) as raw_count,
    cast(sum(accepted_count) as bigint) as accepted_count,
    cast(sum(duplicate_count) as bigint) as duplicate_count,
    cast(sum(rejected_count) as bigint) as rejected_count,
    cast(sum(forgotten_count) as bigint) as forgotten_count
from event_reconciliation

-- name: rejects
select reason, count(*) as row_count, min(event_date) as first_on, max(event_date) as last_on
from event_rejects
group by reason
order by row_count desc, reason

-- name: reject_samples
select event_id, event_name, occurred_at, received_at, user_id, anonymous_id, account_id, properties
from event_rejects
where reason = $reason
order by event_date desc nulls last, event_id
limit 20

-- name: coverage
select subject_type, subject_id, finding, event_count, event_share, last_seen_on
from signal_coverage
where finding is not null
order by event_count desc nulls last, subject_id
limit 200

-- name: excluded
select entity_type, reason, count(*) as entity_count, min(entity_id) as example
from excluded_entities
group by entity_type, reason
order by entity_count desc, reason
limit 200

-- name: config_problems
select severity, file_name, row_key, column_name, problem, suggested_fix
from config_problems
order by severity, file_name, row_key, column_name
limit 500
