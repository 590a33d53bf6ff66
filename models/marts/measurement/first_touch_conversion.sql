with

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

-- a touch that comes after the payment did not lead to it
leads as (

    select
        lead_starts.definition_key,
        lead_results.paid_on is not null as is_paid,
        case
            when lead_touches.first_touch_at is null then '5 never'
            when cast(lead_touches.first_touch_at as date) > lead_results.paid_on then '5 never'
            when lead_touches.hours_to_first_touch <= 1 then '1 within 1 hour'
            when lead_touches.hours_to_first_touch <= 24 then '2 within 24 hours'
            when lead_touches.hours_to_first_touch <= 72 then '3 within 72 hours'
            else '4 later'
        end as first_touch
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    inner join {{ ref('int_lead_routes') }} as lead_routes
        on lead_starts.lead_id = lead_routes.lead_id
    inner join {{ ref('int_lead_touches') }} as lead_touches
        on lead_starts.lead_id = lead_touches.lead_id
    where
        lead_routes.sla_hours is not null
        and lead_results.is_conversion_window_over
        and not lead_starts.is_holdout

),

counts as (

    select
        definition_key,
        first_touch,
        count(*) as lead_count,
        count(case when is_paid then 1 end) as paid_count
    from leads
    group by definition_key, first_touch

)

select
    definitions.definition_id,
    definitions.definition_version,
    definitions.entity_type,
    substring(counts.first_touch, 3, 20) as first_touch,
    cast(substring(counts.first_touch, 1, 1) as {{ dbt.type_int() }}) as first_touch_order,
    cast(counts.lead_count as {{ dbt.type_int() }}) as lead_count,
    cast(counts.paid_count as {{ dbt.type_int() }}) as paid_count,
    cast(counts.paid_count * 1.0 / counts.lead_count as decimal(18, 4)) as paid_rate,
    cast({{ wilson_lower('counts.paid_count', 'counts.lead_count') }} as decimal(18, 4))
        as paid_rate_lower,
    cast({{ wilson_upper('counts.paid_count', 'counts.lead_count') }} as decimal(18, 4))
        as paid_rate_upper,
    as_of.as_of_date
from counts
inner join definitions
    on counts.definition_key = definitions.definition_key
cross join {{ ref('int_as_of') }} as as_of
