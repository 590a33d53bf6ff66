with

rates as (

    select * from {{ ref('int_threshold_rates') }}
    -- a threshold that nobody is just above gives the same leads as the next one
    where band_count > 0 or is_current

),

-- of what is not suggested there is no curve
offered_suggestions as (

    select distinct definition_id from {{ ref('suggested_points') }}

)

select
    rates.definition_id,
    rates.contender,
    rates.score_threshold,
    cast(rates.lead_count as {{ dbt.type_bigint() }}) as lead_count,
    cast(rates.converted_count as {{ dbt.type_bigint() }}) as converted_count,
    cast(rates.new_leads_per_week as decimal(18, 2)) as new_leads_per_week,
    cast(rates.share_of_entities as decimal(18, 4)) as share_of_entities,
    cast(rates.precision_share as decimal(18, 4)) as precision_share,
    cast(rates.recall_share as decimal(18, 4)) as recall_share,
    cast(rates.band_count as {{ dbt.type_bigint() }}) as band_count,
    cast(rates.band_conversion_rate as decimal(18, 4)) as band_conversion_rate,
    rates.is_current,
    rates.is_in_usual_band,
    rates.is_within_capacity
from rates
left join offered_suggestions
    on rates.definition_id = offered_suggestions.definition_id
where rates.contender <> 'suggested_points' or offered_suggestions.definition_id is not null
