with

as_of as (

    select * from {{ ref('int_as_of') }}

),

leads as (

    select
        lead_starts.*,
        {{ add_days('lead_starts.qualified_on', var('opportunity_window_days')) }}
            as opportunity_window_ends_on,
        {{ add_days('lead_starts.qualified_on', var('conversion_window_days')) }}
            as conversion_window_ends_on
    from {{ ref('int_lead_starts') }} as lead_starts

),

-- an outcome belongs to the first lead in whose window it falls: people of one account share it
claimed_outcomes as (

    select
        leads.lead_id,
        outcomes.outcome_id,
        outcomes.amount,
        outcomes.outcome_on,
        row_number() over (
            partition by leads.definition_key, leads.lead_source, outcomes.outcome_id
            order by leads.qualified_on, leads.entity_id, leads.lead_id
        ) as claim_rank
    from leads
    inner join {{ ref('int_outcomes') }} as outcomes
        on
            leads.definition_key = outcomes.definition_key
            and leads.entity_type = outcomes.entity_type
            and leads.entity_id = outcomes.entity_id
            and leads.qualified_on < outcomes.outcome_on
            and leads.conversion_window_ends_on >= outcomes.outcome_on

),

ranked_outcomes as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by case when claim_rank = 1 then 0 else 1 end, outcome_on, outcome_id
        ) as outcome_rank
    from claimed_outcomes

)

select
    leads.lead_id,
    opportunities.opportunity_id,
    opportunities.opportunity_status,
    case when outcomes.claim_rank = 1 then outcomes.outcome_id end as outcome_id,
    opportunities.amount as opportunity_amount,
    case when outcomes.claim_rank = 1 then outcomes.amount end as acv,
    cast(
        case
            when outcomes.claim_rank = 1
                then {{ dbt.datediff('leads.qualified_on', 'outcomes.outcome_on', 'day') }}
        end as {{ dbt.type_int() }}
    ) as days_to_paid,
    coalesce(outcomes.claim_rank > 1, false) as is_outcome_shared,
    leads.opportunity_window_ends_on <= as_of.as_of_date as is_opportunity_window_over,
    leads.conversion_window_ends_on <= as_of.as_of_date as is_conversion_window_over,
    opportunities.created_on as opportunity_on,
    opportunities.closed_on as opportunity_closed_on,
    case when outcomes.claim_rank = 1 then outcomes.outcome_on end as paid_on
from leads
cross join as_of
left join ranked_outcomes as outcomes
    on
        leads.lead_id = outcomes.lead_id
        and outcomes.outcome_rank = 1
left join {{ ref('int_lead_opportunities') }} as opportunities
    on leads.lead_id = opportunities.lead_id
