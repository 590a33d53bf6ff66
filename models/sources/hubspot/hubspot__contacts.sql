with

contacts as (

    select
        contact_id,
        company_id,
        user_id,
        {{ mail_address('email') }} as email
    from {{ source_rows('hubspot', 'contacts') }} as contacts

),

addresses as (

    select * from {{ ref('united__addresses') }}
    where user_rank = 1

),

merged_records as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'contact'

)

select
    contacts.contact_id,
    merged_records.to_id as merged_into,
    contacts.company_id,
    coalesce(contacts.user_id, addresses.user_id) as user_id,
    contacts.email
from contacts
left join addresses
    on contacts.email = addresses.email
left join merged_records
    on contacts.contact_id = merged_records.from_id
