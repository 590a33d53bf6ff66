select
    leads.definition_key,
    leads.definition_id,
    leads.definition_version,
    leads.entity_type,
    leads.entity_id,
    leads.account_id,
    leads.stage,
    leads.ineligible_reason,
    leads.qualified_by,
    leads.last_change_reason,
    leads.qualified_until_reason,
    {{ account_url('leads.account_id') }} as account_url,
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
    contacts.champion_user_id,
    suppressions.reason as suppression_reason,
    leads.score,
    leads.score_threshold,
    leads.points_to_threshold,
    leads.score_change_7d,
    leads.idle_days,
    routes.sla_hours,
    coalesce(recent_activity.active_users_28d, 0) as active_users_28d,
    coalesce(contacts.buying_group_size, 0) as buying_group_size,
    leads.is_eligible,
    leads.is_qualified,
    coalesce(contacts.decision_maker_known, false) as decision_maker_known,
    leads.is_holdout,
    leads.as_of_date,
    leads.first_qualified_on,
    leads.last_qualified_on,
    leads.qualified_on,
    leads.lapsed_on,
    leads.qualified_until,
    leads.last_active_on,
    leads.trial_ends_on,
    lead_offers.top_signal_on,
    routes.contact_verified_on,
    routes.sla_due_at
from {{ ref('int_current_qualifications') }} as leads
left join {{ ref('int_routes') }} as routes
    on
        leads.definition_key = routes.definition_key
        and leads.entity_type = routes.entity_type
        and leads.entity_id = routes.entity_id
left join {{ ref('int_lead_offers') }} as lead_offers
    on
        leads.definition_key = lead_offers.definition_key
        and leads.entity_type = lead_offers.entity_type
        and leads.entity_id = lead_offers.entity_id
left join {{ ref('int_suppressions') }} as suppressions
    on
        leads.entity_type = suppressions.entity_type
        and leads.entity_id = suppressions.entity_id
left join {{ ref('int_entity_contacts') }} as contacts
    on
        leads.entity_type = contacts.entity_type
        and leads.entity_id = contacts.entity_id
left join {{ ref('int_recent_activity') }} as recent_activity
    on
        leads.entity_type = recent_activity.entity_type
        and leads.entity_id = recent_activity.entity_id
