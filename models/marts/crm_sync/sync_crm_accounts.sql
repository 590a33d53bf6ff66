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

    select * from {{ ref('int_sync_leads') }}
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

today as (

    select
        {{ account_key('leads.entity_id') }} as account_key,
        leads.entity_id as account_id,
        accounts.crm_account_id,
        accounts.account_name,
        accounts.company_domain as domain,
        leads.status,
        leads.tier,
        leads.motion,
        leads.reason,
        leads.top_signal,
        leads.talking_point,
        leads.offer_url,
        leads.definition_id as definition,
        leads.also_qualified_for,
        case when leads.tier <> 'none' then champions.email end as champion_email,
        leads.owner_role,
        leads.owner,
        leads.next_action,
        accounts.plan_name,
        leads.account_url,
        leads.suppression_reason,
        leads.score,
        leads.active_users_28d,
        leads.status = 'qualified' as is_pqa,
        false as is_deleted,
        leads.first_qualified_on as first_qualified_date,
        leads.last_qualified_on as last_qualified_date,
        leads.lapsed_on as lapsed_date,
        leads.last_active_on as last_active_date,
        leads.trial_ends_on as trial_end_date,
        leads.sla_due_at
    from leads
    inner join accounts
        on leads.entity_id = accounts.account_id
    left join {{ ref('stg_product__users') }} as champions
        on leads.champion_user_id = champions.user_id

),

-- what was said once is not taken back by silence
removed as (

    select
        previous.account_key,
        previous.account_id,
        previous.crm_account_id,
        previous.account_name,
        accounts.company_domain as domain,
        case
            when previous.status = 'not_qualified' then 'not_qualified' else 'disqualified'
        end as status,
        'none' as tier,
        '' as motion,
        case
            when links.to_id is not null then 'merged into ' || links.to_id
            else coalesce(accounts.exclusion_reason, 'no longer in the data of the product')
        end as reason,
        '' as top_signal,
        '' as talking_point,
        '' as offer_url,
        previous.definition,
        '' as also_qualified_for,
        '' as champion_email,
        '' as owner_role,
        '' as owner,
        '' as next_action,
        previous.plan_name,
        previous.account_url,
        '' as suppression_reason,
        cast(null as {{ dbt.type_int() }}) as score,
        0 as active_users_28d,
        false as is_pqa,
        accounts.account_id is null as is_deleted,
        previous.first_qualified_date,
        previous.last_qualified_date,
        case
            when previous.status in ('qualified', 'suppressed') then as_of.as_of_date
            else previous.lapsed_date
        end as lapsed_date,
        previous.last_active_date,
        cast(null as date) as trial_end_date,
        cast(null as {{ dbt.type_timestamp() }}) as sla_due_at
    from previous
    cross join as_of
    left join today
        on previous.account_key = today.account_key
    left join accounts
        on previous.account_id = accounts.account_id
    left join {{ ref('int_identity_links') }} as links
        on
            previous.account_id = links.from_id
            and links.entity_type = 'account'
    where today.account_key is null

),

current_records as (

    select * from today
    union all
    select * from removed

)

{{ rows_to_sync(
    'sync_crm_accounts', 'current_records', 'account_key',
    entity_type="'account'", entity_id='current_rows.account_id',
) }}
