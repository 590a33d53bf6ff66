{{ config(materialized='view') }}
{%- set text = dbt.type_string() %}

with

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

held_counts as (

    select count(*) as lead_count from {{ ref('int_held_leads') }}

)

select
    'hand_raise' as alert_type,
    leads.definition_id || '|' || leads.entity_type || '|' || leads.entity_id || '|'
    || cast(leads.last_qualified_on as {{ text }}) as subject,
    leads.entity_type,
    leads.entity_id,
    'high' as severity,
    coalesce(
        accounts.account_name, accounts.domain, leads.entity_type || ' ' || leads.entity_id
    )
    || ' raised a hand on ' || cast(leads.last_qualified_on as {{ text }})
    || coalesce(' (' || leads.owner_role || ': ' || leads.next_action || ')', '') as message
from {{ ref('int_sync_leads') }} as leads
cross join as_of
left join accounts
    on leads.account_id = accounts.account_id
where
    leads.status = 'qualified'
    and leads.qualified_by = 'hand_raise'
    and leads.last_qualified_on >= {{ add_days('as_of.as_of_date', -var('task_max_age_days')) }}

union all

select
    'unusual_volume' as alert_type,
    definition_id as subject,
    '' as entity_type,
    '' as entity_id,
    'medium' as severity,
    definition_id || ': ' || cast(new_count as {{ text }})
    || ' became qualified in the last 7 days, where '
    || {{ format_number('usual_count') }} || ' a week are usual' as message
from {{ ref('int_volume_anomalies') }}

union all

select
    'rejected_events' as alert_type,
    reject_shares.event_name as subject,
    '' as entity_type,
    '' as entity_id,
    'high' as severity,
    'Of the events ' || reject_shares.event_name
    || ' of the last {{ var("reject_watch_days") }} days '
    || {{ format_percent('reject_shares.recent_share') }} || ' were rejected, where '
    || {{ format_percent('coalesce(reject_shares.usual_share, 0)') }} || ' is usual ('
    || reject_shares.top_reason || '). ' || cast(held_counts.lead_count as {{ text }})
    || ' lead(s) are kept as they were meanwhile.' as message
from {{ ref('int_reject_shares') }} as reject_shares
cross join held_counts
where reject_shares.subject_type = 'event' and reject_shares.is_unusual

union all

-- the demo has ended long ago, and nobody minds
select
    'stale_source' as alert_type,
    'events' as subject,
    '' as entity_type,
    '' as entity_id,
    'high' as severity,
    'No event since ' || cast(watermark_at as {{ text }}) || ' UTC: has the pipeline stopped?'
        as message
from as_of
where
    {{ "1 = 0" if "demo" in source_names() else "1 = 1" }}
    and watermark_at < {{ dbt.dateadd('hour', -var('stale_after_hours'), run_start()) }}
