{{ config(materialized='view') }}

-- what came of those held out says nothing of what sales does with a lead: see pql_incrementality
select
    lead_starts.lead_id,
    lead_starts.definition_key,
    lead_starts.lead_source,
    lead_starts.entity_id,
    lead_starts.lead_number,
    lead_starts.qualified_on,
    lead_results.opportunity_id,
    lead_results.opportunity_on,
    lead_results.paid_on,
    lead_results.days_to_paid,
    lead_results.is_opportunity_window_over,
    lead_results.is_conversion_window_over,
    lead_touches.response_status,
    lead_touches.response_reason,
    lead_touches.accepted_at
from {{ ref('int_lead_starts') }} as lead_starts
inner join {{ ref('int_lead_results') }} as lead_results
    on lead_starts.lead_id = lead_results.lead_id
left join {{ ref('int_lead_touches') }} as lead_touches
    on lead_starts.lead_id = lead_touches.lead_id
inner join {{ ref('int_as_of') }} as as_of
    on lead_starts.qualified_on > {{ add_days('as_of.as_of_date', -var('review_days')) }}
where not lead_starts.is_holdout
