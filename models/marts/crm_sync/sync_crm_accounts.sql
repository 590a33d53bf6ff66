{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='account_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}

with

previous as (

    {{ previous_rows('sync_crm_accounts') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

leads as (

    select
        *,
        {{ account_key('entity_id') }} as account_key
    from {{ ref('int_sync_leads') }}
    where entity_type = 'account' and lead_rank = 1

),

-- a CRM finds companies by domain: one that many share, or that is ours, would find another's
accounts as (

    select
        *,
        case
            when domain_type in ('business', 'competitor', 'partner') then domain
        end as company_domain
    from {{ ref('int_accounts') }}

),

-- what was said once is not taken back by silence
removed as (

    select
        previous.*,
        case
            when links.to_id is not null then 'merged into ' || links.to_id
            else coalesce(accounts.exclusion_reason, 'no longer in the data of the product')
        end as reason_of_removal
    from previous
    left join leads
        on previous.account_key = leads.account_key
    left join accounts
        on previous.account_id = accounts.account_id
    left join {{ ref('int_identity_links') }} as links
        on
            previous.account_id = links.from_id
            and links.entity_type = 'account'
    where leads.account_key is null

),

current_records as (

    select
        coalesce(leads.account_key, removed.account_key) as account_key,
        coalesce(leads.entity_id, removed.account_id) as account_id,
        {%- for column in ["crm_account_id", "account_name", "plan_name"] %}
        case
            when removed.account_key is null then accounts.{{ column }}
            else removed.{{ column }}
        end as {{ column }},
        {%- endfor %}
        accounts.company_domain as domain,
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
        case when leads.tier <> 'none' then champions.email end as champion_email,
        leads.owner_role,
        leads.owner,
        leads.next_action,
        coalesce(leads.account_url, removed.account_url) as account_url,
        leads.suppression_reason,
        leads.score,
        coalesce(leads.active_users_28d, 0) as active_users_28d,
        coalesce(leads.status = 'qualified', false) as is_pqa,
        accounts.account_id is null as is_deleted,
        coalesce(leads.first_qualified_on, removed.first_qualified_date) as first_qualified_date,
        coalesce(leads.last_qualified_on, removed.last_qualified_date) as last_qualified_date,
        case
            when removed.status in ('qualified', 'suppressed') then as_of.as_of_date
            else coalesce(leads.lapsed_on, removed.lapsed_date)
        end as lapsed_date,
        coalesce(leads.last_active_on, removed.last_active_date) as last_active_date,
        leads.trial_ends_on as trial_end_date,
        leads.sla_due_at
    from leads
    full outer join removed
        on leads.account_key = removed.account_key
    cross join as_of
    left join accounts
        on coalesce(leads.entity_id, removed.account_id) = accounts.account_id
    left join {{ ref('stg_product__users') }} as champions
        on leads.champion_user_id = champions.user_id

)

{{ rows_to_sync(
    'sync_crm_accounts', 'current_records', 'account_key',
    entity_type="'account'", entity_id='current_rows.account_id',
) }}
