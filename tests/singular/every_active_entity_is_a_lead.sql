-- Each account and user of today's identity that has an accepted event, and takes part, has one row
-- under each live definition of its type, and nobody else has one. Found from the counts
-- themselves.
{{ config(group='pql') }}

with

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

excluded_entities as (

    select * from {{ ref('excluded_entities') }}

),

acts as (

    select distinct
        coalesce(user_links.to_id, counts.actor_id) as user_id,
        coalesce(account_links.to_id, counts.account_id) as named_account_id
    from {{ ref('int_signal_counts') }} as counts
    inner join {{ ref('int_clock') }} as clock
        on counts.activity_date <= clock.as_of_date
    left join identity_links as user_links
        on
            counts.actor_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join identity_links as account_links
        on
            counts.account_id = account_links.from_id
            and account_links.entity_type = 'account'
    where counts.signal_id = 'any_activity'

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
    union
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
