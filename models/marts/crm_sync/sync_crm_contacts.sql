{#- A person who asked to be forgotten stays as an opaque key for 30 days, so that a sync can carry
    the request on; then the row goes, and nothing is left of it. -#}
{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='contact_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ drop_forgotten_contacts() }}",
) }}

with

previous as (

    {{ previous_rows('sync_crm_contacts') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

-- people of today, and contacts whom nobody stands for any more
contacts as (

    select
        contact_key,
        false as is_deleted
    from {{ ref('int_synced_people') }}
    union all
    select
        contact_key,
        is_forgotten as is_deleted
    from {{ ref('int_removed_contacts') }}

),

-- what is kept of these, unless they asked to be forgotten
removed as (

    select
        previous.*,
        removed_contacts.reason as reason_of_removal
    from previous
    inner join {{ ref('int_removed_contacts') }} as removed_contacts
        on previous.contact_key = removed_contacts.contact_key
    where not removed_contacts.is_forgotten

),

current_records as (

    select
        contacts.contact_key,
        case
            when contacts.is_deleted then contacts.contact_key || '@deleted.invalid'
            else coalesce(users.email, removed.email)
        end as email,
        coalesce(people.user_id, removed.user_id) as user_id,
        coalesce(people.crm_contact_id, removed.crm_contact_id) as crm_contact_id,
        case
            when people.account_id is not null then {{ account_key('people.account_id') }}
            else removed.account_key
        end as account_key,
        case
            when removed.status <> 'not_qualified' then 'disqualified'
            else coalesce(leads.status, 'not_qualified')
        end as status,
        coalesce(leads.tier, 'none') as tier,
        leads.motion,
        coalesce(leads.reason, removed.reason_of_removal) as reason,
        leads.top_signal,
        leads.talking_point,
        leads.offer_url,
        coalesce(leads.definition_id, removed.definition) as definition,
        leads.also_qualified_for,
        coalesce(people.buying_role, 'none') as buying_role,
        coalesce(people.contact_status, 'unknown') as contact_status,
        leads.owner_role,
        leads.owner,
        leads.next_action,
        {{ account_url('people.account_id') }} as account_url,
        leads.suppression_reason,
        leads.score,
        coalesce(leads.status = 'qualified', false) as is_pql,
        contacts.is_deleted,
        coalesce(leads.first_qualified_on, removed.first_qualified_date) as first_qualified_date,
        coalesce(leads.last_qualified_on, removed.last_qualified_date) as last_qualified_date,
        case
            when removed.status in ('qualified', 'suppressed') then as_of.as_of_date
            else coalesce(leads.lapsed_on, removed.lapsed_date)
        end as lapsed_date,
        coalesce(leads.last_active_on, removed.last_active_date) as last_active_date,
        leads.sla_due_at
    from contacts
    cross join as_of
    left join {{ ref('int_synced_people') }} as people
        on contacts.contact_key = people.contact_key
    left join {{ ref('stg_product__users') }} as users
        on people.user_id = users.user_id
    left join {{ ref('int_sync_leads') }} as leads
        on
            people.user_id = leads.entity_id
            and leads.entity_type = 'user'
            and leads.lead_rank = 1
    left join removed
        on contacts.contact_key = removed.contact_key

)

{{ rows_to_sync(
    'sync_crm_contacts', 'current_records', 'contact_key',
    entity_type="'user'", entity_id='current_rows.user_id',
) }}
