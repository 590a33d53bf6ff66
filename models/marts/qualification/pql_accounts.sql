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
    leads.stage,
    leads.ineligible_reason,
    leads.qualified_by,
    leads.qualified_until_reason,
    accounts.plan_name,
    {{ account_url('leads.entity_id') }} as account_url,
    leads.top_reasons,
    leads.gap_to_qualify,
    leads.score,
    leads.score_threshold,
    leads.points_to_threshold,
    leads.score_change_7d,
    leads.idle_days,
    cast(coalesce(active_users.active_users_28d, 0) as {{ dbt.type_int() }}) as active_users_28d,
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
inner join {{ ref('int_accounts') }} as accounts
    on leads.entity_id = accounts.account_id
left join active_users
    on leads.entity_id = active_users.account_id
where leads.entity_type = 'account'
