with

opportunities as (

    select
        *,
        {{ record_id('opportunity_id') }} as record_id,
        {{ record_id('company_id') }} as company_record_id,
        coalesce({{ try_boolean('is_closed') }}, false) as is_done,
        {{ try_timestamp('created_at') }} as opened_at,
        {{ try_timestamp('close_date') }} as closed_on
    from {{ source_rows('salesforce', 'opportunities') }} as opportunities

),

currencies as (

    select
        currency,
        max({{ try_decimal('rate') }}) as rate
    from {{ source_rows('salesforce', 'currencies') }} as currencies
    group by currency

),

ranked_roles as (

    select
        {{ record_id('opportunity_id') }} as opportunity_id,
        {{ record_id('contact_id') }} as contact_id,
        row_number() over (
            partition by {{ record_id('opportunity_id') }}
            order by
                case when {{ try_boolean('is_primary') }} then 0 else 1 end, contact_id
        ) as role_rank
    from {{ source_rows('salesforce', 'contact_roles') }} as contact_roles

)

select
    opportunities.opportunity_id,
    companies.account_id,
    people.user_id,
    opportunities.product_line,
    opportunities.lead_source,
    opportunities.created_at,
    case
        when not opportunities.is_done then null
        -- brought in from elsewhere, or written down later
        when opportunities.closed_on < {{ dbt.date_trunc('day', 'opportunities.opened_at') }}
            then opportunities.closed_on
        else coalesce(stage_entries.entered_at, opportunities.closed_on)
    end as closed_at,
    opportunities.is_done as is_closed,
    opportunities.is_done and {{ try_boolean('opportunities.is_won') }} as is_won,
    case
        when currencies.rate is null then opportunities.amount
        else cast(
            round({{ try_decimal('opportunities.amount') }} / nullif(currencies.rate, 0), 2)
            as {{ dbt.type_string() }}
        )
    end as amount
from opportunities
left join currencies
    on opportunities.currency = currencies.currency
left join {{ ref('salesforce__stage_entries') }} as stage_entries
    on opportunities.record_id = stage_entries.opportunity_id
left join ranked_roles
    on
        opportunities.record_id = ranked_roles.opportunity_id
        and ranked_roles.role_rank = 1
left join {{ ref('salesforce__people') }} as people
    on ranked_roles.contact_id = people.record_id
left join {{ ref('salesforce__companies') }} as companies
    on opportunities.company_record_id = companies.company_id
