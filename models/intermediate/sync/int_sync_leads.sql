{#- What may be seen of a lead, by its status: everything of a qualified one; of a suppressed one
    all but what asks to act; of a former one what it was; of others nothing, or those held out
    would stand out. -#}
{%- set is_to_act_on = "status = 'qualified'" -%}
{%- set is_lead = "status in ('qualified', 'suppressed')" -%}
{%- set is_known = "status <> 'not_qualified'" -%}
{%- set text = dbt.type_string() -%}
-- depends_on: {{ ref('int_lead_changes') }}

with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

changes as (

    select change_reasons.*
    from {{ ref('int_change_reasons') }} as change_reasons
    inner join clock
        on change_reasons.changed_on <= clock.as_of_date

),

last_qualifications as (

    select
        definition_key,
        entity_type,
        entity_id,
        max(changed_on) as last_qualified_on
    from changes
    where is_qualified
    group by definition_key, entity_type, entity_id

),

leads as (

    select
        leads.*,
        case when leads.entity_type = 'user' then users.account_id else leads.entity_id end
            as account_id,
        definitions.definition_name,
        definitions.priority,
        routes.tier,
        routes.motion,
        routes.owner_role,
        routes.owner,
        routes.next_action,
        routes.sla_hours,
        routes.sla_due_at,
        lead_offers.top_signal,
        lead_offers.offer_name,
        lead_offers.offer_url,
        lead_offers.talking_point,
        suppressions.reason as suppression_reason,
        lapses.reason as lapse_reason,
        last_qualifications.last_qualified_on,
        {{ is_in_list("'paid'", 'definitions.audience') }} as is_for_customers,
        leads.first_qualified_on is not null and not routes.is_holdout as is_known
    from {{ ref('int_leads') }} as leads
    inner join definitions
        on leads.definition_id = definitions.definition_id
    inner join {{ ref('int_routes') }} as routes
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
    left join {{ ref('int_users') }} as users
        on
            leads.entity_type = 'user'
            and leads.entity_id = users.user_id
    left join last_qualifications
        on
            definitions.definition_key = last_qualifications.definition_key
            and leads.entity_type = last_qualifications.entity_type
            and leads.entity_id = last_qualifications.entity_id
    left join changes as lapses
        on
            definitions.definition_key = lapses.definition_key
            and leads.entity_type = lapses.entity_type
            and leads.entity_id = lapses.entity_id
            and leads.lapsed_on = lapses.changed_on

),

judged_leads as (

    select
        *,
        case
            when not is_known then 'not_qualified'
            when is_qualified and suppression_reason is not null then 'suppressed'
            when is_qualified then 'qualified'
            when stage = 'paid' and not is_for_customers then 'customer'
            when not is_eligible then 'disqualified'
            else 'cooling'
        end as status
    from leads

),

ranked_leads as (

    select
        *,
        row_number() over (
            partition by entity_type, entity_id
            order by
                case status
                    when 'qualified' then 1
                    when 'suppressed' then 2
                    when 'not_qualified' then 4
                    else 3
                end,
                priority,
                definition_id
        ) as lead_rank
    from judged_leads

),

further_definitions as (

    select
        entity_type,
        entity_id,
        {{ dbt.listagg('definition_id', "', '", 'order by lead_rank') }} as definition_ids
    from ranked_leads
    where lead_rank > 1 and {{ is_lead }}
    group by entity_type, entity_id

)

select
    ranked_leads.entity_type,
    ranked_leads.entity_id,
    ranked_leads.account_id,
    case when {{ is_known }} then ranked_leads.definition_id end as definition_id,
    ranked_leads.definition_name,
    ranked_leads.status,
    case when {{ is_lead }} then ranked_leads.qualified_by end as qualified_by,
    case when {{ is_lead }} then ranked_leads.tier else 'none' end as tier,
    case when {{ is_to_act_on }} then ranked_leads.motion end as motion,
    case when {{ is_to_act_on }} then ranked_leads.owner_role end as owner_role,
    case when {{ is_to_act_on }} then ranked_leads.owner end as owner,
    case when {{ is_to_act_on }} then ranked_leads.next_action end as next_action,
    case
        when {{ is_lead }}
            then
                'As of ' || cast(ranked_leads.as_of_date as {{ text }})
                || ': ' || coalesce(ranked_leads.top_reasons, 'meets the definition')
        when ranked_leads.status = 'customer' then 'became a paying customer'
        when ranked_leads.status = 'disqualified'
            then 'not eligible: ' || ranked_leads.ineligible_reason
        when ranked_leads.status = 'cooling'
            then 'lapsed' || coalesce(': ' || ranked_leads.lapse_reason, '')
    end as reason,
    case when {{ is_lead }} then ranked_leads.top_signal end as top_signal,
    case when {{ is_lead }} then ranked_leads.talking_point end as talking_point,
    case when {{ is_lead }} then ranked_leads.offer_name end as offer_name,
    case when {{ is_lead }} then ranked_leads.offer_url end as offer_url,
    case when ranked_leads.status = 'suppressed' then ranked_leads.suppression_reason end
        as suppression_reason,
    case when ranked_leads.lead_rank = 1 then further_definitions.definition_ids end
        as also_qualified_for,
    case when {{ is_known }} then cast(floor(ranked_leads.score) as {{ dbt.type_int() }}) end
        as score,
    ranked_leads.score_threshold,
    ranked_leads.priority,
    ranked_leads.lead_rank,
    case when {{ is_known }} then ranked_leads.first_qualified_on end as first_qualified_on,
    case when {{ is_known }} then ranked_leads.last_qualified_on end as last_qualified_on,
    case when {{ is_known }} then ranked_leads.lapsed_on end as lapsed_on,
    ranked_leads.last_active_on,
    ranked_leads.trial_ends_on,
    -- the deadline is so many hours later, unless a trial ends before
    case
        when {{ is_known }}
            then
                greatest(
                    coalesce(
                        {{ dbt.dateadd(
                            'hour', '-ranked_leads.sla_hours', 'ranked_leads.sla_due_at'
                        ) }},
                        cast(ranked_leads.last_qualified_on as {{ dbt.type_timestamp() }})
                    ),
                    cast(ranked_leads.last_qualified_on as {{ dbt.type_timestamp() }})
                )
    end as qualified_at,
    case when {{ is_to_act_on }} then ranked_leads.sla_due_at end as sla_due_at
from ranked_leads
left join further_definitions
    on
        ranked_leads.entity_type = further_definitions.entity_type
        and ranked_leads.entity_id = further_definitions.entity_id
