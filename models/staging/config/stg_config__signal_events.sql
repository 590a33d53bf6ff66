-- depends_on: {{ ref('config_problems') }}
with

signals as (

    {{ config_rows('signals') }}

),

event_names as (

    {{ list_items("signals", ["signal_id"], "event_name") }}

)

select distinct
    signal_id,
    item as event_name
from event_names
