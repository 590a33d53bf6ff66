select
    account_id,
    account_name,
    domain,
    employee_count,
    industry,
    country,
    company_id as crm_account_id,
    crm_owner_id
from {{ source_rows('salesforce', 'accounts') }} as companies
