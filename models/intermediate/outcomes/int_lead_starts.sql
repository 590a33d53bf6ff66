{%- set text = dbt.type_string() -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}
    where status in ('live', 'challenger')

),

qualification_changes as (

    select
        change_reasons.*,
        definitions.definition_id,
        definitions.holdout_percent,
        lead(change_reasons.changed_on) over (
            partition by
                change_reasons.definition_key, change_reasons.entity_type, change_reasons.entity_id
            order by change_reasons.changed_on
        ) as next_changed_on
    from {{ ref('int_change_reasons') }} as change_reasons
    inner join definitions
        on change_reasons.definition_key = definitions.definition_key

),

product_leads as (

    select
        {{ dbt.hash(
            "changes.definition_key || '|' || changes.entity_type || '|'"
            ~ " || changes.entity_id || '|' || cast(changes.changed_on as " ~ text ~ ")"
        ) }} as lead_id,
        changes.definition_key,
        'pql' as lead_source,
        changes.entity_type,
        changes.entity_id,
        case when timelines.is_hand_raised then 'hand_raise' else 'score' end as qualified_by,
        changes.reason,
        timelines.score,
        {{ hash_is_within(
            "changes.definition_id || ':' || changes.entity_type || ':' || changes.entity_id",
            'changes.holdout_percent'
        ) }} as is_holdout,
        changes.changed_on as qualified_on,
        case
            when changes.next_changed_on <= clock.as_of_date then changes.next_changed_on
        end as lapsed_on
    from qualification_changes as changes
    inner join {{ ref('int_qualification_timelines') }} as timelines
        on
            changes.definition_key = timelines.definition_key
            and changes.entity_type = timelines.entity_type
            and changes.entity_id = timelines.entity_id
            and changes.changed_on = timelines.valid_from
    inner join {{ ref('int_clock') }} as clock
        on changes.changed_on <= clock.as_of_date
    where changes.is_qualified

),

-- beside each definition, marketing's leads among those whom it is for
marketing_leads as (

    select
        {{ dbt.hash("definitions.definition_key || '|mql|' || leads.marketing_lead_id") }}
            as lead_id,
        definitions.definition_key,
        'mql' as lead_source,
        leads.entity_type,
        leads.entity_id,
        cast(null as {{ text }}) as qualified_by,
        cast(null as {{ text }}) as reason,
        cast(null as decimal(18, 2)) as score,
        false as is_holdout,
        leads.qualified_on,
        cast(null as date) as lapsed_on
    from {{ ref('int_entity_marketing_leads') }} as leads
    inner join definitions
        on leads.entity_type = definitions.entity_type
    inner join {{ ref('int_clock') }} as clock
        on leads.qualified_on <= clock.as_of_date
    left join {{ ref('int_stage_timelines') }} as stage_timelines
        on
            leads.entity_type = stage_timelines.entity_type
            and leads.entity_id = stage_timelines.entity_id
            and {{ holds_on('stage_timelines', 'leads.qualified_on') }}
    where {{ is_in_list("coalesce(stage_timelines.stage, 'free')", 'definitions.audience') }}

),

leads as (

    select * from product_leads
    union all
    select * from marketing_leads

),

placed_leads as (

    select
        leads.*,
        case
            when leads.entity_type = 'account' then leads.entity_id
            else users.account_id
        end as account_id,
        row_number() over (
            partition by
                leads.definition_key,
                leads.lead_source,
                leads.entity_type,
                coalesce(leads.entity_id, leads.lead_id)
            order by leads.qualified_on, leads.lead_id
        ) as lead_number
    from leads
    left join {{ ref('int_users') }} as users
        on
            leads.entity_type = 'user'
            and leads.entity_id = users.user_id

)

select
    placed_leads.lead_id,
    placed_leads.definition_key,
    placed_leads.lead_source,
    placed_leads.entity_type,
    placed_leads.entity_id,
    placed_leads.account_id,
    placed_leads.qualified_by,
    placed_leads.reason,
    coalesce(sizes.segment, 'unknown') as company_size,
    coalesce(industries.segment, 'unknown') as industry,
    placed_leads.score,
    cast(placed_leads.lead_number as {{ dbt.type_int() }}) as lead_number,
    placed_leads.is_holdout,
    placed_leads.qualified_on,
    placed_leads.lapsed_on,
    -- as for a deadline: when the last event of the day that decided had come in
    case
        when placed_leads.lead_source = 'pql'
            then
                coalesce(
                    activity_days.latest_received_at,
                    cast(
                        {{ add_days('placed_leads.qualified_on', 1) }}
                        as {{ dbt.type_timestamp() }}
                    )
                )
    end as qualified_at
from placed_leads
left join {{ ref('int_activity_days') }} as activity_days
    on
        placed_leads.entity_type = activity_days.entity_type
        and placed_leads.entity_id = activity_days.entity_id
        and placed_leads.qualified_on = activity_days.activity_date
left join {{ ref('int_segment_timelines') }} as sizes
    on
        placed_leads.account_id = sizes.account_id
        and sizes.segment_type = 'size'
        and {{ holds_on('sizes', 'placed_leads.qualified_on') }}
left join {{ ref('int_segment_timelines') }} as industries
    on
        placed_leads.account_id = industries.account_id
        and industries.segment_type = 'industry'
        and {{ holds_on('industries', 'placed_leads.qualified_on') }}
