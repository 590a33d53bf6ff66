with

companies as (

    select * from {{ source_rows('hubspot', 'companies') }} as companies

),

merged_records as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'company'

)

select
    companies.account_id,
    companies.account_name,
    companies.domain,
    companies.employee_count,
    companies.industry,
    companies.country,
    companies.company_id as crm_account_id,
    companies.owner_id as crm_owner_id
from companies
left join merged_records
    on companies.company_id = merged_records.from_id
where merged_records.from_id is null
