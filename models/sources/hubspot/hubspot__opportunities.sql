with

deals as (

    select * from {{ source_rows('hubspot', 'deals') }} as deals

),

stages as (

    select * from {{ source_rows('hubspot', 'deal_stages') }} as stages

),

entries as (

    select
        deal_id,
        stage_id,
        max({{ try_timestamp('entered_at') }}) as entered_at
    from {{ source_rows('hubspot', 'stage_history') }} as stage_history
    group by deal_id, stage_id

),

-- a row per label: type 5 is that of the primary company
ranked_companies as (

    select
        deal_id,
        company_id,
        row_number() over (
            partition by deal_id
            order by case when type_id = '5' then 0 else 1 end, company_id
        ) as company_rank
    from {{ source_rows('hubspot', 'deal_companies') }} as deal_companies

),

deal_contacts as (

    select
        deal_contacts.deal_id,
        min(contacts.user_id) as user_id
    from {{ source_rows('hubspot', 'deal_contacts') }} as deal_contacts
    inner join {{ ref('hubspot__contacts') }} as contacts
        on deal_contacts.contact_id = contacts.contact_id
    group by deal_contacts.deal_id

),

typed_deals as (

    select
        deals.deal_id,
        coalesce(deals.company_id, ranked_companies.company_id) as company_id,
        deals.contact_id,
        deal_contacts.user_id,
        deals.product_line,
        deals.lead_source,
        deals.amount,
        coalesce(
            {{ try_boolean('stages.is_closed') }},
            {{ try_boolean('deals.is_closed') }},
            deals.stage_id in ('closedwon', 'closedlost')
        ) as is_closed,
        coalesce(
            {{ try_boolean('stages.is_won') }},
            {{ try_boolean('deals.is_won') }},
            {{ try_decimal('stages.probability') }} = 1,
            deals.stage_id = 'closedwon'
        ) as is_won,
        deals.created_at,
        {{ try_timestamp('deals.close_date') }} as close_date,
        entries.entered_at
    from deals
    left join stages
        on deals.stage_id = stages.stage_id
    left join entries
        on
            deals.deal_id = entries.deal_id
            and deals.stage_id = entries.stage_id
    left join ranked_companies
        on
            deals.deal_id = ranked_companies.deal_id
            and ranked_companies.company_rank = 1
    left join deal_contacts
        on deals.deal_id = deal_contacts.deal_id

)

select
    typed_deals.deal_id as opportunity_id,
    companies.account_id,
    coalesce(typed_deals.user_id, contacts.user_id) as user_id,
    typed_deals.product_line,
    typed_deals.lead_source,
    typed_deals.created_at,
    case
        when not typed_deals.is_closed then null
        when typed_deals.entered_at < typed_deals.close_date then typed_deals.entered_at
        else coalesce(typed_deals.close_date, typed_deals.entered_at)
    end as closed_at,
    typed_deals.is_closed,
    typed_deals.is_closed and typed_deals.is_won as is_won,
    typed_deals.amount
from typed_deals
left join {{ ref('hubspot__companies') }} as companies
    on typed_deals.company_id = companies.company_id
left join {{ ref('hubspot__contacts') }} as contacts
    on typed_deals.contact_id = contacts.contact_id
left join {{ ref('hubspot__merges') }} as merged_records
    on
        typed_deals.deal_id = merged_records.from_id
        and merged_records.object_type = 'deal'
where merged_records.from_id is null
