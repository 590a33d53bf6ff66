{#- What may be seen of a lead, by its status: everything of a qualified one; of a suppressed one
    all but what asks to act; of a former one what it was; of others nothing, or those held out
    would stand out. -#}
{%- set is_to_act_on = "status = 'qualified'" -%}
{%- set is_lead = "status in ('qualified', 'suppressed')" -%}
{%- set is_known = "status <> 'not_qualified'" -%}
{%- set text = dbt.type_string() -%}
-- depends_on: {{ ref('int_lead_changes') }}

with

leads as (

    select
        leads.*,
        definitions.definition_name,
        definitions.priority,
        {{ is_in_list("'paid'", 'definitions.audience') }} as is_for_customers,
        leads.first_qualified_on is not null and not leads.is_holdout as is_known
    from {{ ref('int_leads') }} as leads
    inner join {{ ref('stg_config__definitions') }} as definitions
        on leads.definition_key = definitions.definition_key
    where leads.tier is not null

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
            then 'lapsed' || coalesce(': ' || ranked_leads.last_change_reason, '')
    end as reason,
    ranked_leads.account_url,
    ranked_leads.champion_user_id,
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
    ranked_leads.active_users_28d,
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
