-- depends_on: {{ ref('config_problems') }}
with

overrides as (

    {{ config_rows('overrides') }}

)

select
    entity_type,
    entity_id,
    effect,
    reason,
    added_by,
    cast({{ try_timestamp('until') }} as date) as until_date
from overrides
