-- depends_on: {{ ref('config_problems') }}
with

signals as (

    {{ config_rows('signals') }}

)

select
    signal_id,
    coalesce(signal_name, signal_id) as signal_name,
    category,
    property_name,
    property_operator,
    case
        when property_operator = 'in' then {{ normalize_list('property_value') }}
        else property_value
    end as property_value,
    measure,
    measure_property,
    reason_template,
    {{ config_integer('window_days') }} as window_days
from signals
