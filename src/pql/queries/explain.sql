-- What `pql explain` reads. A block may take in an earlier one by its name in braces.

-- name: names
users_with_email as (
    select user_id, email
    from int_users left join stg_product__users using (user_id)
),
entities as (
    select 'user' as entity_type, user_id as entity_id, email as label
    from users_with_email
    union all
    select 'account', account_id, coalesce(account_name, domain)
    from int_accounts
),
found as (
    select entity_type, entity_id, entity_id as name, true as is_id from entities
    union all
    select entity_type, to_id, from_id, true from int_identity_links
    union all
    select 'user', user_id, email, false from users_with_email
    union all
    select 'account', account_id, domain, false from int_accounts
    union all
    select 'account', account_id, account_name, false from int_accounts
),
names as (
    select found.*, entities.label
    from found
    inner join entities using (entity_type, entity_id)
    where found.name is not null
)

-- name: matches
with {names}
select distinct entity_type, entity_id, label, is_id and name = $who as is_own_id
from names
where lower(name) = lower($who) or (is_id and entity_type || ':' || name = $who)
order by is_own_id desc, entity_type, entity_id

-- name: nearest
with {names},
likenesses as (
    select
        entity_type,
        entity_id,
        any_value(label) as label,
        max(
            contains(lower(name), lower($who))::int
            + jaro_winkler_similarity(lower(name), lower($who))
        ) as likeness
    from names
    group by entity_type, entity_id
)
select * from likenesses
where likeness >= 0.8
order by likeness desc, entity_type, entity_id
limit 5

-- name: as_of
select as_of_date, horizon_date from int_as_of

-- name: account
select account_id, account_name as name, domain, domain_type, null as job_title
from int_accounts
where account_id = $entity_id

-- name: user
select
    users.account_id,
    staged_users.email as name,
    users.mail_domain as domain,
    users.domain_type,
    users.job_title,
    accounts.account_name
from int_users as users
left join stg_product__users as staged_users using (user_id)
left join int_accounts as accounts
    on users.account_id = accounts.account_id
where users.user_id = $entity_id

-- name: links
select from_id, link_count
from int_identity_links
where entity_type = $entity_type and to_id = $entity_id
order by link_count, from_id

-- name: users
select users.user_id, staged_users.email, users.exclusion_reason
from int_users as users
left join stg_product__users as staged_users using (user_id)
where users.account_id = $entity_id
order by users.user_id

-- name: exclusion
select reason from excluded_entities
where entity_type = $entity_type and entity_id = $entity_id

-- name: of_entity
left join int_identity_links as user_links
    on user_links.entity_type = 'user' and user_links.from_id = raw.actor_id
left join int_users as users
    on users.user_id = coalesce(user_links.to_id, raw.actor_id)
left join int_identity_links as account_links
    on account_links.entity_type = 'account' and account_links.from_id = raw.account_id
where
    $entity_id = case $entity_type
        when 'user' then coalesce(user_links.to_id, raw.actor_id)
        else coalesce(account_links.to_id, raw.account_id, users.account_id)
    end

-- name: counted
select
    raw.item as event_name,
    coalesce($entity_type = 'account' and users.exclusion_reason is not null, false)
        as is_excluded,
    raw.activity_date > $on_day as is_later,
    sum(raw.event_count) as event_count,
    min(raw.activity_date) as first_on,
    max(raw.activity_date) as last_on
from int_signal_counts as raw
{of_entity}
    and raw.signal_id = 'any_activity'
group by all
order by event_count desc, event_name

-- name: set_aside
select raw.reason, count(*) as row_count, min(raw.event_date) as first_on,
    max(raw.event_date) as last_on
from (select *, coalesce(user_id, anonymous_id) as actor_id from event_rejects) as raw
{of_entity}
    and (raw.event_date is null or raw.event_date <= $on_day)
group by raw.reason
order by row_count desc, raw.reason

-- name: definitions
select * from stg_config__definitions
where entity_type = $entity_type and status <> 'retired'
order by
    array_position(['live', 'challenger', 'draft'], status),
    priority,
    definition_id,
    definition_version

-- name: of_version
definition_id = $definition_id
and definition_version = $definition_version
and entity_type = $entity_type
and entity_id = $entity_id

-- name: history
select * from pql_history
where
    {of_version}
order by valid_from

-- name: changes
select * from pql_score_changes
where
    {of_version}
order by changed_on, rule_id

-- name: transitions
select * from pql_transitions
where
    {of_version}
order by transition_on

-- name: reasons
select * from pql_reasons
where
    {of_version}
order by points desc, rule_id

-- name: account_lead
select qualified_by, ineligible_reason, gap_to_qualify, qualified_until,
    qualified_until_reason, tier, motion, next_action, owner_role, owner, sla_due_at,
    talking_point, suppression_reason, is_holdout
from pql_accounts
where definition_id = $definition_id and definition_version = $definition_version
    and account_id = $entity_id

-- name: user_lead
select qualified_by, ineligible_reason, gap_to_qualify, qualified_until,
    qualified_until_reason, tier, motion, next_action, owner_role, owner, sla_due_at,
    talking_point, suppression_reason, is_holdout
from pql_users
where definition_id = $definition_id and definition_version = $definition_version
    and user_id = $entity_id

-- name: rules
select rules.rule_id, rules.effect, rules.requirement_group, signals.signal_name
from stg_config__definition_rules as rules
inner join stg_config__signals as signals using (signal_id)
where rules.definition_key = $definition_key
order by rules.rule_id

-- name: fit_rules
select
    fit_rules.fit_rule_id,
    fit_rules.effect,
    fit_rules.gate_group,
    coalesce(
        fit_rules.reason,
        fit_rules.attribute || ' ' || fit_rules.operator || coalesce(' ' || fit_rules.value, '')
    ) as wording,
    fit_rules.attribute,
    fit_timelines.is_met,
    (
        select string_agg(distinct known.attribute_value, ', ' order by known.attribute_value)
        from int_attribute_timelines as known
        where
            known.entity_type = $entity_type
            and known.entity_id = $entity_id
            and known.attribute = fit_rules.attribute
            and known.valid_from <= $on_day
            and (known.valid_to is null or known.valid_to > $on_day)
    ) as known_value
from int_fit_timelines as fit_timelines
inner join stg_config__fit_rules as fit_rules using (definition_key, fit_rule_id)
where
    fit_timelines.definition_key = $definition_key
    and fit_timelines.entity_type = $entity_type
    and fit_timelines.entity_id = $entity_id
    and fit_timelines.valid_from <= $on_day
    and (fit_timelines.valid_to is null or fit_timelines.valid_to > $on_day)
order by fit_rules.effect = 'disqualify', fit_rules.gate_group, fit_rules.fit_rule_id

-- name: conditions
select distinct condition_type, condition_id
from int_conditions
where
    definition_key = $definition_key
    and entity_type = $entity_type
    and entity_id = $entity_id
    and valid_from <= $on_day
    and (valid_to is null or valid_to > $on_day)

-- name: stage
select stage from int_stage_timelines
where
    entity_type = $entity_type
    and entity_id = $entity_id
    and valid_from <= $on_day
    and (valid_to is null or valid_to > $on_day)
