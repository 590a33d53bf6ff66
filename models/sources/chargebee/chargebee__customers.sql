with

customers as (

    select * from {{ source_rows('chargebee', 'customers') }} as customers

)

{{ known_customers('customers') }}
