-- depends_on: {{ ref('config_problems') }}
with

category_caps as (

    {{ config_rows('category_caps') }}

)

select
    definition_key,
    category,
    {{ config_decimal('max_points', 'decimal(18, 2)') }} as max_points
from category_caps
