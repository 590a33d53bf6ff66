-- Each account and user of today's identity that has an accepted event, and takes part, has one row
-- under each live definition of its type, and nobody else has one. Found from the events
-- themselves, all of them, and so not in every build: nothing that counts is read.
{{ config(group='pql', tags=['reads_all_events']) }}
{%- set row_hash = dbt.hash(row_text([
    "event_id", "event_name", "raw_occurred_at", "raw_received_at", "user_id", "anonymous_id",
    "account_id", "properties", "raw_event_count",
], "events")) %}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

excluded_entities as (

    select * from {{ ref('excluded_entities') }}

),

ranked_events as (

    select
        coalesce(events.user_id, events.anonymous_id) as actor_id,
        events.account_id,
        events.event_date,
        row_number() over (
            partition by events.event_date, coalesce(events.event_id, {{ row_hash }})
            order by events.received_at, {{ row_hash }}
        ) as receipt_rank
    from {{ ref('stg_product__events') }} as events
    where events.reject_reason is null

),

acts as (

    select distinct
        coalesce(user_links.to_id, ranked_events.actor_id) as user_id,
        coalesce(account_links.to_id, ranked_events.account_id) as named_account_id
    from ranked_events
    inner join {{ ref('int_as_of') }} as as_of
        on ranked_events.event_date <= as_of.as_of_date
    left join identity_links as user_links
        on
            ranked_events.actor_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join identity_links as account_links
        on
            ranked_events.account_id = account_links.from_id
            and account_links.entity_type = 'account'
    where ranked_events.receipt_rank = 1

),

acts_that_count as (

    select
        acts.user_id,
        coalesce(acts.named_account_id, users.account_id) as account_id
    from acts
    left join {{ ref('int_users') }} as users
        on acts.user_id = users.user_id
    left join excluded_entities
        on
            acts.user_id = excluded_entities.entity_id
            and excluded_entities.entity_type = 'user'
    where excluded_entities.entity_id is null

),

active_entities as (

    select
        'user' as entity_type,
        user_id as entity_id
    from acts_that_count
    where user_id is not null
    {{ union_distinct() }}
    select
        'account' as entity_type,
        acts_that_count.account_id as entity_id
    from acts_that_count
    left join excluded_entities
        on
            acts_that_count.account_id = excluded_entities.entity_id
            and excluded_entities.entity_type = 'account'
    where
        acts_that_count.account_id is not null
        and excluded_entities.entity_id is null

),

expected_leads as (

    select
        definitions.definition_id,
        definitions.definition_version,
        active_entities.entity_type,
        active_entities.entity_id
    from active_entities
    inner join definitions
        on active_entities.entity_type = definitions.entity_type

),

leads as (

    select
        definition_id,
        definition_version,
        'account' as entity_type,
        account_id as entity_id
    from {{ ref('pql_accounts') }}
    union all
    select
        definition_id,
        definition_version,
        'user' as entity_type,
        user_id as entity_id
    from {{ ref('pql_users') }}

)

select
    expected_leads.*,
    leads.entity_id as lead_id
from expected_leads
full outer join leads
    on
        expected_leads.definition_id = leads.definition_id
        and expected_leads.definition_version = leads.definition_version
        and expected_leads.entity_type = leads.entity_type
        and expected_leads.entity_id = leads.entity_id
where
    expected_leads.entity_id is null
    or leads.entity_id is null
