{{ config(materialized='view') }}

with

ranked_days as (

    select
        definition_key,
        lead_source,
        days_to_paid,
        row_number() over (
            partition by definition_key, lead_source order by days_to_paid
        ) as day_rank,
        count(*) over (partition by definition_key, lead_source) as day_count
    from {{ ref('int_reviewed_leads') }}
    where lead_number = 1 and days_to_paid is not null and is_conversion_window_over

),

-- the interval of a median: the values at these places, whatever the distribution
medians as (

    select
        definition_key,
        lead_source,
        max(day_count) as day_count,
        avg(case when {{ is_middle('day_rank', 'day_count') }} then days_to_paid * 1.0 end)
            as median_days,
        max(
            case when day_rank <= day_count / 2.0 - 0.98 * sqrt(day_count) then days_to_paid end
        ) as lower_days,
        min(
            case when day_rank >= day_count / 2.0 + 1 + 0.98 * sqrt(day_count) then days_to_paid end
        ) as upper_days
    from ranked_days
    group by definition_key, lead_source

)

select
    product_leads.definition_key,
    'time_to_close' as check_id,
    product_leads.median_days as numerator,
    marketing_leads.median_days as denominator,
    least(product_leads.day_count, marketing_leads.day_count) as sample_size,
    product_leads.median_days / nullif(marketing_leads.median_days, 0) as check_value,
    product_leads.lower_days / nullif(marketing_leads.median_days, 0) as value_lower,
    product_leads.upper_days / nullif(marketing_leads.median_days, 0) as value_upper
from medians as product_leads
inner join medians as marketing_leads
    on
        product_leads.definition_key = marketing_leads.definition_key
        and marketing_leads.lead_source = 'mql'
where product_leads.lead_source = 'pql'
