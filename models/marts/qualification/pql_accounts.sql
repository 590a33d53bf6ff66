with

active_users as (

    select
        signal_days.entity_id as account_id,
        count(distinct signal_days.item) as active_users_28d
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join {{ ref('int_clock') }} as clock
        on
            signal_days.activity_date <= clock.as_of_date
            and signal_days.activity_date > {{ add_days('clock.as_of_date', -28) }}
    where signal_days.signal_id = 'any_activity' and signal_days.entity_type = 'account'
    group by signal_days.entity_id

)

select
    leads.definition_id,
    leads.definition_version,
    leads.entity_id as account_id,
    accounts.account_name,
    accounts.domain,
    accounts.crm_account_id,
    leads.stage,
    leads.ineligible_reason,
    leads.qualified_by,
    leads.qualified_until_reason,
    accounts.plan_name,
    {{ account_url('leads.entity_id') }} as account_url,
    leads.top_reasons,
    leads.gap_to_qualify,
    routes.tier,
    routes.motion,
    routes.owner_role,
    routes.owner,
    routes.channel,
    routes.next_action,
    lead_offers.top_signal,
    lead_offers.offer_name,
    lead_offers.offer_url,
    lead_offers.talking_point,
    routes.contact_status,
    account_contacts.champion_user_id,
    suppressions.reason as suppression_reason,
    leads.score,
    leads.score_threshold,
    leads.points_to_threshold,
    leads.score_change_7d,
    leads.idle_days,
    routes.sla_hours,
    cast(coalesce(active_users.active_users_28d, 0) as {{ dbt.type_int() }}) as active_users_28d,
    coalesce(account_contacts.buying_group_size, 0) as buying_group_size,
    leads.is_eligible,
    leads.is_qualified,
    coalesce(account_contacts.decision_maker_known, false) as decision_maker_known,
    routes.is_holdout,
    leads.as_of_date,
    leads.first_qualified_on,
    leads.qualified_on,
    leads.lapsed_on,
    leads.qualified_until,
    leads.last_active_on,
    leads.trial_ends_on,
    lead_offers.top_signal_on,
    routes.contact_verified_on,
    routes.sla_due_at
from {{ ref('int_leads') }} as leads
inner join {{ ref('int_accounts') }} as accounts
    on leads.entity_id = accounts.account_id
left join active_users
    on leads.entity_id = active_users.account_id
left join {{ ref('int_routes') }} as routes
    on
        leads.definition_id = routes.definition_id
        and leads.entity_type = routes.entity_type
        and leads.entity_id = routes.entity_id
left join {{ ref('int_lead_offers') }} as lead_offers
    on
        leads.definition_id = lead_offers.definition_id
        and leads.entity_type = lead_offers.entity_type
        and leads.entity_id = lead_offers.entity_id
left join {{ ref('int_suppressions') }} as suppressions
    on
        leads.entity_type = suppressions.entity_type
        and leads.entity_id = suppressions.entity_id
left join {{ ref('int_account_contacts') }} as account_contacts
    on leads.entity_id = account_contacts.account_id
where leads.entity_type = 'account'
