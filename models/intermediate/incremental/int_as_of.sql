with

watermark as (

    -- the earlier of the two: neither a reloaded export nor a fast clock ages anyone
    select least(max(latest_occurred_at), max(latest_received_at)) as watermark_at
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity'

),

dated as (

    select
        watermark_at,
        cast(watermark_at as date) as watermark_date,
        {% if var('as_of') -%}
        cast('{{ var("as_of") }}' as date)
        {%- else -%}
        cast(watermark_at as date)
        {%- endif %} as as_of_date
    from watermark

)

select
    as_of_date,
    watermark_date,
    -- the end of a month, so that not every day is another horizon for everybody
    cast(
        {{ dbt.last_day(add_days('as_of_date', var('projection_days')), 'month') }} as date
    ) as horizon_date,
    watermark_at
from dated
