{%- set text = dbt.type_string() -%}

with

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
        cast(null as date) as lapsed_on,
        cast(null as {{ dbt.type_timestamp() }}) as qualified_at
    from {{ ref('int_entity_marketing_leads') }} as leads
    inner join {{ ref('stg_config__definitions') }} as definitions
        on leads.entity_type = definitions.entity_type
    inner join {{ ref('int_as_of') }} as as_of
        on leads.qualified_on <= as_of.as_of_date
    left join {{ ref('int_stage_timelines') }} as stage_timelines
        on
            leads.entity_type = stage_timelines.entity_type
            and leads.entity_id = stage_timelines.entity_id
            and {{ is_valid_on('stage_timelines', 'leads.qualified_on') }}
    where
        definitions.status in ('live', 'challenger')
        and {{ is_in_list("coalesce(stage_timelines.stage, 'free')", 'definitions.audience') }}

),

leads as (

    select
        lead_id,
        definition_key,
        'pql' as lead_source,
        entity_type,
        entity_id,
        qualified_by,
        reason,
        score,
        is_holdout,
        qualified_on,
        lapsed_on,
        qualified_at
    from {{ ref('int_product_leads') }}
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
    placed_leads.qualified_at
from placed_leads
left join {{ ref('int_segment_timelines') }} as sizes
    on
        placed_leads.account_id = sizes.account_id
        and sizes.segment_type = 'size'
        and {{ is_valid_on('sizes', 'placed_leads.qualified_on') }}
left join {{ ref('int_segment_timelines') }} as industries
    on
        placed_leads.account_id = industries.account_id
        and industries.segment_type = 'industry'
        and {{ is_valid_on('industries', 'placed_leads.qualified_on') }}
