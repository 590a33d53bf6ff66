select
    user_id,
    email,
    job_title,
    case when object_type = 'contact' then person_id end as crm_contact_id,
    email_opt_out
from {{ source_rows('salesforce', ['contacts', 'leads']) }} as people
where converted_contact_id is null
