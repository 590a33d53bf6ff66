{{ config(materialized='view') }}

with

leads as (

    select
        lead_starts.*,
        definitions.product_line,
        {{ add_days('lead_starts.qualified_on', var('opportunity_window_days')) }} as window_ends_on
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('stg_config__definitions') }} as definitions
        on lead_starts.definition_key = definitions.definition_key

),

held_opportunities as (

    {%- for holder in ["entity", "account"] %}
    select
        leads.lead_id,
        leads.definition_key,
        leads.lead_source,
        leads.entity_id,
        leads.qualified_on,
        opportunities.opportunity_id,
        opportunities.amount,
        opportunities.is_won,
        opportunities.is_closed,
        opportunities.created_on,
        opportunities.closed_on
    from leads
    inner join {{ ref('int_entity_opportunities') }} as opportunities
        on
            {{ "opportunities.entity_type = 'account'" if holder == "account"
                else "leads.entity_type = opportunities.entity_type" }}
            and leads.{{ holder }}_id = opportunities.entity_id
            and leads.qualified_on <= opportunities.created_on
            and leads.window_ends_on >= opportunities.created_on
            and (
                leads.product_line is null
                or leads.product_line = opportunities.product_line
            )
    {%- if not loop.last %}
    {{ union_distinct() }}
    {%- endif %}
    {%- endfor %}

),

claimed_opportunities as (

    select
        held_opportunities.lead_id,
        held_opportunities.opportunity_id,
        held_opportunities.amount,
        held_opportunities.created_on,
        case
            when
                held_opportunities.is_closed
                and held_opportunities.closed_on <= as_of.as_of_date
                then held_opportunities.closed_on
        end as closed_on,
        held_opportunities.is_won,
        row_number() over (
            partition by
                held_opportunities.definition_key,
                held_opportunities.lead_source,
                held_opportunities.opportunity_id
            order by
                held_opportunities.qualified_on,
                held_opportunities.entity_id,
                held_opportunities.lead_id
        ) as claim_rank
    from held_opportunities
    inner join {{ ref('int_as_of') }} as as_of
        on held_opportunities.created_on <= as_of.as_of_date

),

ranked_opportunities as (

    select
        *,
        row_number() over (
            partition by lead_id order by created_on, opportunity_id
        ) as opportunity_rank
    from claimed_opportunities
    where claim_rank = 1

)

select
    lead_id,
    opportunity_id,
    case
        when closed_on is null then 'open'
        when is_won then 'won'
        else 'lost'
    end as opportunity_status,
    amount,
    created_on,
    closed_on
from ranked_opportunities
where opportunity_rank = 1
