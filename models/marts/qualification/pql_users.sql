select
    leads.definition_id,
    leads.definition_version,
    leads.entity_id as user_id,
    users.account_id,
    staged_users.email,
    users.job_title,
    accounts.account_name,
    leads.stage,
    leads.ineligible_reason,
    leads.qualified_by,
    leads.qualified_until_reason,
    accounts.plan_name,
    {{ account_url('users.account_id') }} as account_url,
    leads.top_reasons,
    leads.gap_to_qualify,
    leads.score,
    leads.score_threshold,
    leads.points_to_threshold,
    leads.score_change_7d,
    leads.idle_days,
    leads.is_eligible,
    leads.is_qualified,
    leads.as_of_date,
    leads.first_qualified_on,
    leads.qualified_on,
    leads.lapsed_on,
    leads.qualified_until,
    leads.last_active_on,
    leads.trial_ends_on
from {{ ref('int_leads') }} as leads
inner join {{ ref('int_users') }} as users
    on leads.entity_id = users.user_id
left join {{ ref('stg_product__users') }} as staged_users
    on leads.entity_id = staged_users.user_id
left join {{ ref('int_accounts') }} as accounts
    on users.account_id = accounts.account_id
where leads.entity_type = 'user'
