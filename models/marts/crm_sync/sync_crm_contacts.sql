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
{%- set no_text = "cast('' as " ~ dbt.type_string() ~ ")" %}

with

previous as (

    {{ previous_rows('sync_crm_contacts') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

leads as (

    select * from {{ ref('int_sync_leads') }}

),

user_leads as (

    select * from leads
    where entity_type = 'user' and lead_rank = 1

),

users as (

    select
        users.*,
        staged_users.email
    from {{ ref('int_users') }} as users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where staged_users.email is not null

),

buying_groups as (

    select
        buying_groups.user_id,
        case
            when buying_groups.is_champion then 'champion'
            when buying_groups.is_decision_maker then 'decision_maker'
            else 'member'
        end as buying_role,
        account_leads.status <> 'not_qualified' as is_of_lead
    from {{ ref('int_buying_groups') }} as buying_groups
    left join leads as account_leads
        on
            buying_groups.account_id = account_leads.entity_id
            and account_leads.entity_type = 'account'
            and account_leads.lead_rank = 1

),

-- once in, always in
people as (

    select
        users.user_id,
        users.email,
        users.account_id,
        users.crm_contact_id,
        contacts.contact_status,
        buying_groups.buying_role,
        user_leads.status,
        user_leads.last_active_on,
        row_number() over (
            partition by users.email
            order by
                case
                    when user_leads.status = 'qualified' then 1
                    when user_leads.status = 'suppressed' then 2
                    when user_leads.status <> 'not_qualified' then 3
                    else 4
                end,
                case when users.crm_contact_id is null then 1 else 0 end,
                user_leads.last_active_on desc nulls last,
                users.user_id
        ) as email_rank
    from users
    left join user_leads
        on users.user_id = user_leads.entity_id
    left join buying_groups
        on users.user_id = buying_groups.user_id
    left join {{ ref('int_contacts') }} as contacts
        on users.user_id = contacts.user_id
    left join previous
        on users.email = previous.email
    where
        users.exclusion_reason is null
        and (
            users.crm_contact_id is not null
            or user_leads.status <> 'not_qualified'
            or buying_groups.is_of_lead
            or previous.contact_key is not null
        )

),

today as (

    select
        {{ contact_key('people.email') }} as contact_key,
        people.email,
        people.user_id,
        people.crm_contact_id,
        case
            when people.account_id is not null then {{ account_key('people.account_id') }}
        end as account_key,
        coalesce(user_leads.status, 'not_qualified') as status,
        coalesce(user_leads.tier, 'none') as tier,
        user_leads.motion,
        user_leads.reason,
        user_leads.top_signal,
        user_leads.talking_point,
        user_leads.offer_url,
        user_leads.definition_id as definition,
        user_leads.also_qualified_for,
        coalesce(people.buying_role, 'none') as buying_role,
        coalesce(people.contact_status, 'unknown') as contact_status,
        user_leads.owner_role,
        user_leads.owner,
        user_leads.next_action,
        {{ account_url('people.account_id') }} as account_url,
        user_leads.suppression_reason,
        user_leads.score,
        coalesce(user_leads.status = 'qualified', false) as is_pql,
        false as is_deleted,
        user_leads.first_qualified_on as first_qualified_date,
        user_leads.last_qualified_on as last_qualified_date,
        user_leads.lapsed_on as lapsed_date,
        user_leads.last_active_on as last_active_date,
        user_leads.sla_due_at
    from people
    left join user_leads
        on people.user_id = user_leads.entity_id
    where people.email_rank = 1

),

forgotten_names as (

    select name_hash from {{ ref('int_forgotten_users') }}

),

-- what was said once is not taken back by silence
removed as (

    select
        previous.*,
        coalesce(forgotten_emails.name_hash, forgotten_ids.name_hash) is not null as is_forgotten,
        case
            when links.to_id is not null then 'merged into ' || links.to_id
            else coalesce(users.exclusion_reason, 'no longer in the data of the product')
        end as departure
    from previous
    left join today
        on previous.contact_key = today.contact_key
    left join forgotten_names as forgotten_emails
        on {{ dbt.hash('previous.email') }} = forgotten_emails.name_hash
    left join forgotten_names as forgotten_ids
        on {{ dbt.hash('previous.user_id') }} = forgotten_ids.name_hash
    left join users
        on
            previous.user_id = users.user_id
            and previous.email = users.email
    left join {{ ref('int_identity_links') }} as links
        on
            previous.user_id = links.from_id
            and links.entity_type = 'user'
    where today.contact_key is null and not previous.is_deleted

),

farewells as (

    select
        removed.contact_key,
        case
            when removed.is_forgotten then removed.contact_key || '@deleted.invalid'
            else removed.email
        end as email,
        case when removed.is_forgotten then {{ no_text }} else removed.user_id end as user_id,
        case when removed.is_forgotten then {{ no_text }} else removed.crm_contact_id end
            as crm_contact_id,
        case when removed.is_forgotten then {{ no_text }} else removed.account_key end
            as account_key,
        case
            when removed.is_forgotten or removed.status = 'not_qualified' then 'not_qualified'
            else 'disqualified'
        end as status,
        'none' as tier,
        {{ no_text }} as motion,
        case when removed.is_forgotten then {{ no_text }} else removed.departure end as reason,
        {{ no_text }} as top_signal,
        {{ no_text }} as talking_point,
        {{ no_text }} as offer_url,
        case when removed.is_forgotten then {{ no_text }} else removed.definition end as definition,
        {{ no_text }} as also_qualified_for,
        'none' as buying_role,
        'unknown' as contact_status,
        {{ no_text }} as owner_role,
        {{ no_text }} as owner,
        {{ no_text }} as next_action,
        {{ no_text }} as account_url,
        {{ no_text }} as suppression_reason,
        cast(null as {{ dbt.type_int() }}) as score,
        false as is_pql,
        removed.is_forgotten as is_deleted,
        case when not removed.is_forgotten then removed.first_qualified_date end
            as first_qualified_date,
        case when not removed.is_forgotten then removed.last_qualified_date end
            as last_qualified_date,
        case
            when removed.is_forgotten then null
            when removed.status in ('qualified', 'suppressed') then as_of.as_of_date
            else removed.lapsed_date
        end as lapsed_date,
        case when not removed.is_forgotten then removed.last_active_date end as last_active_date,
        cast(null as {{ dbt.type_timestamp() }}) as sla_due_at
    from removed
    cross join as_of

),

current_records as (

    select * from today
    union all
    select * from farewells

)

{{ rows_to_sync(
    'sync_crm_contacts', 'current_records', 'contact_key',
    entity_type="'user'", entity_id='current_rows.user_id',
) }}
