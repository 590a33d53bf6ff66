with

contacts as (

    select * from {{ source_rows('hubspot', 'contacts') }} as contacts

),

merges as (

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
left join merges
    on contacts.contact_id = merges.from_id
where merges.from_id is null
