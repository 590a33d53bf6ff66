-- depends_on: {{ ref('config_problems') }}
with

special_domains as (

    {{ config_rows('special_domains') }}

)

select
    domain,
    domain_type,
    note
from special_domains
