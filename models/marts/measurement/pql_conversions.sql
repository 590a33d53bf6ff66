select
    lead_starts.lead_id as transition_id,
    definitions.definition_id,
    definitions.definition_version,
    definitions.status,
    lead_starts.entity_type,
    lead_starts.entity_id,
    lead_starts.account_id,
    definitions.outcome_type,
    lead_starts.qualified_by,
    lead_starts.reason as qualified_reason,
    lead_routes.tier,
    lead_routes.motion,
    lead_routes.owner_role,
    lead_starts.company_size,
    lead_starts.industry,
    lead_touches.response_status,
    lead_touches.response_reason,
    lead_results.opportunity_id,
    lead_results.opportunity_status,
    lead_results.outcome_id,
    lead_starts.score,
    cast(10 * floor(lead_starts.score / 10) as {{ dbt.type_int() }}) as score_band,
    lead_starts.lead_number as period_number,
    lead_touches.hours_to_first_touch,
    cast(
        {{ dbt.datediff('lead_starts.qualified_on', 'lead_results.opportunity_on', 'day') }}
        as {{ dbt.type_int() }}
    ) as days_to_opportunity,
    cast(
        case
            when lead_results.opportunity_status = 'won'
                then {{ dbt.datediff(
                    'lead_starts.qualified_on', 'lead_results.opportunity_closed_on', 'day'
                ) }}
        end as {{ dbt.type_int() }}
    ) as days_to_won,
    lead_results.days_to_paid,
    cast(lead_results.opportunity_amount as decimal(18, 2)) as opportunity_amount,
    lead_results.acv,
    lead_starts.is_holdout,
    lead_results.opportunity_id is not null as has_opportunity,
    coalesce(lead_results.opportunity_status = 'won', false) as is_won,
    lead_results.paid_on is not null as is_paid,
    lead_results.is_outcome_shared,
    lead_results.is_opportunity_window_over,
    lead_results.is_conversion_window_over,
    not lead_results.is_conversion_window_over and lead_results.paid_on is null as is_censored,
    as_of.as_of_date,
    lead_starts.qualified_on,
    lead_results.opportunity_on,
    lead_results.opportunity_closed_on,
    lead_results.paid_on,
    lead_starts.lapsed_on,
    lead_touches.qualified_at,
    lead_touches.first_touch_at,
    lead_touches.responded_at
from {{ ref('int_lead_starts') }} as lead_starts
inner join {{ ref('stg_config__definitions') }} as definitions
    on lead_starts.definition_key = definitions.definition_key
inner join {{ ref('int_lead_results') }} as lead_results
    on lead_starts.lead_id = lead_results.lead_id
inner join {{ ref('int_lead_touches') }} as lead_touches
    on lead_starts.lead_id = lead_touches.lead_id
left join {{ ref('int_lead_routes') }} as lead_routes
    on lead_starts.lead_id = lead_routes.lead_id
cross join {{ ref('int_as_of') }} as as_of
