with

raw_marketing_leads as (

    select * from {{ raw_table('marketing_leads') }} as raw_rows

)

select
    lead_id,
    user_id,
    account_id,
    lower(email) as email,
    cast({{ try_timestamp('qualified_at') }} as date) as qualified_on
from raw_marketing_leads
