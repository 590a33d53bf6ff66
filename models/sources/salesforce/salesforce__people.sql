with

people as (

    select
        *,
        {{ record_id('person_id') }} as record_id,
        {{ mail_address('email') }} as address
    from {{ source_rows('salesforce', ['contacts', 'leads']) }} as people

),

addresses as (

    select * from {{ ref('united__addresses') }}
    where user_rank = 1

)

select
    people.record_id,
    people.person_id,
    people.object_type,
    coalesce(people.user_id, addresses.user_id) as user_id,
    companies.account_id,
    people.address as email,
    people.bounced_at,
    people.marketing_qualified_at,
    {{ record_id('people.converted_contact_id') }} as converted_contact_id,
    people.converted_at,
    people.reason
from people
left join addresses
    on people.address = addresses.email
left join {{ ref('salesforce__companies') }} as companies
    on {{ record_id('people.company_id') }} = companies.company_id
