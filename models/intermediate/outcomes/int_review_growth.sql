{{ config(materialized='view') }}
{#- Growth over so many days, as the published check has it. -#}
{%- set growth_days = 28 %}

with

as_of as (

    select
        {{ add_days('as_of_date', -growth_days) }} as growth_from,
        {{ add_days('as_of_date', -2 * growth_days) }} as earlier_growth_from
    from {{ ref('int_as_of') }}

),

recent_starts as (

    select
        new_leads.definition_key,
        'lead' as kind,
        new_leads.qualified_on > as_of.growth_from as is_recent
    from {{ ref('int_reviewed_leads') }} as new_leads
    inner join as_of
        on new_leads.qualified_on > as_of.earlier_growth_from
    where new_leads.lead_source = 'pql' and new_leads.lead_number = 1
    union all
    select
        sign_ups.definition_key,
        'sign_up' as kind,
        sign_ups.signed_up_on > as_of.growth_from as is_recent
    from {{ ref('int_reviewed_sign_ups') }} as sign_ups
    inner join as_of
        on sign_ups.signed_up_on > as_of.earlier_growth_from

),

growth_counts as (

    select
        definition_key,
        count(case when kind = 'lead' and is_recent then 1 end) as recent_leads,
        count(case when kind = 'lead' and not is_recent then 1 end) as earlier_leads,
        count(case when kind = 'sign_up' and is_recent then 1 end) as recent_sign_ups,
        count(case when kind = 'sign_up' and not is_recent then 1 end) as earlier_sign_ups
    from recent_starts
    group by definition_key

),

growth_rates as (

    select
        *,
        recent_leads * 1.0 / nullif(earlier_leads, 0) as lead_growth,
        recent_sign_ups * 1.0 / nullif(earlier_sign_ups, 0) as sign_up_growth,
        -- the standard error of the logarithm of a ratio of counts
        sqrt(
            1.0 / nullif(recent_leads, 0)
            + 1.0 / nullif(earlier_leads, 0)
            + 1.0 / nullif(recent_sign_ups, 0)
            + 1.0 / nullif(earlier_sign_ups, 0)
        ) as log_error
    from growth_counts

)

select
    definition_key,
    'volume_trend' as check_id,
    lead_growth as numerator,
    sign_up_growth as denominator,
    least(recent_leads, earlier_leads) as sample_size,
    lead_growth / nullif(sign_up_growth, 0) as check_value,
    lead_growth / nullif(sign_up_growth, 0) * exp(-1.96 * log_error) as value_lower,
    lead_growth / nullif(sign_up_growth, 0) * exp(1.96 * log_error) as value_upper
from growth_rates
