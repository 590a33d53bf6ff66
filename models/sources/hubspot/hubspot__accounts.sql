with

companies as (

    select * from {{ source_rows('hubspot', 'companies') }} as companies

),

merges as (

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
left join merges
    on companies.company_id = merges.from_id
where merges.from_id is null
