with

raw_attributes as (

    select * from {{ raw_table('attributes') }} as raw_rows
    where entity_id is not null

)

select
    lower(entity_type) as entity_type,
    entity_id,
    lower(attribute) as attribute,
    value as attribute_value,
    coalesce(cast({{ try_timestamp('known_from') }} as date), {{ always() }}) as known_from
from raw_attributes
