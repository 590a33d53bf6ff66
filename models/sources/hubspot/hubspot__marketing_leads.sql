with

contacts as (

    select * from {{ ref('hubspot__contacts') }}
    where merged_into is null

),

properties as (

    select * from {{ source_rows('hubspot', 'contacts') }} as properties

),

-- a lifecycle stage that moves back clears the property
first_qualified as (

    select
        contact_id,
        min({{ try_timestamp('changed_at') }}) as qualified_at
    from {{ source_rows('hubspot', 'contact_history') }} as contact_history
    where property_name = 'lifecyclestage' and property_value = 'marketingqualifiedlead'
    group by contact_id

)

select
    contacts.contact_id as lead_id,
    contacts.user_id,
    companies.account_id,
    contacts.email,
    coalesce(
        cast(first_qualified.qualified_at as {{ dbt.type_string() }}),
        properties.marketing_qualified_at
    ) as qualified_at
from contacts
inner join properties
    on contacts.contact_id = properties.contact_id
left join first_qualified
    on contacts.contact_id = first_qualified.contact_id
left join {{ ref('hubspot__companies') }} as companies
    on contacts.company_id = companies.company_id
where first_qualified.qualified_at is not null or properties.marketing_qualified_at is not null
