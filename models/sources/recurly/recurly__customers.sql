with

customers as (

    select * from {{ source_rows('recurly', 'customers') }} as customers

)

{{ known_customers('customers') }}
