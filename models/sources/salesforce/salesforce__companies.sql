with

companies as (

    select
        {{ record_id('company_id') }} as company_id,
        account_id,
        {{ mail_domain('domain') }} as domain
    from {{ source_rows('salesforce', 'accounts') }} as companies

),

domains as (

    select * from {{ ref('united__domains') }}
    where account_rank = 1

)

select
    companies.company_id,
    coalesce(companies.account_id, domains.account_id) as account_id
from companies
left join domains
    on companies.domain = domains.domain
