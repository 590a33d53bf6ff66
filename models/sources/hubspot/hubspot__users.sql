with

contacts as (

    select * from {{ source_rows('hubspot', 'contacts') }} as contacts

),

merged_records as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'contact'

)

select
    contacts.user_id,
    contacts.email,
    contacts.job_title,
    contacts.contact_id as crm_contact_id,
    contacts.email_opt_out
from contacts
left join merged_records
    on contacts.contact_id = merged_records.from_id
where merged_records.from_id is null
