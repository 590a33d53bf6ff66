-- depends_on: {{ ref('config_problems') }}
with

content_offers as (

    {{ config_rows('content_offers') }}

)

select
    signal_id,
    offer_name,
    offer_url,
    talking_point
from content_offers
