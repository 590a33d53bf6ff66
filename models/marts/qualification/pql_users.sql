select
    leads.definition_id,
    leads.definition_version,
    leads.entity_id as user_id,
    users.account_id,
    staged_users.email,
    users.job_title,
    users.crm_contact_id,
    accounts.account_name,
    leads.stage,
    leads.ineligible_reason,
    leads.qualified_by,
    leads.qualified_until_reason,
    accounts.plan_name,
    {{ account_url('users.account_id') }} as account_url,
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
    suppressions.reason as suppression_reason,
    leads.score,
    leads.score_threshold,
    leads.points_to_threshold,
    leads.score_change_7d,
    leads.idle_days,
    routes.sla_hours,
    leads.is_eligible,
    leads.is_qualified,
    users.email_opt_out,
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
inner join {{ ref('int_users') }} as users
    on leads.entity_id = users.user_id
left join {{ ref('stg_product__users') }} as staged_users
    on leads.entity_id = staged_users.user_id
left join {{ ref('int_accounts') }} as accounts
    on users.account_id = accounts.account_id
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
where leads.entity_type = 'user'
