with

companies as (

    select * from {{ source_rows('hubspot', 'all_companies') }} as companies

),

merged_records as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'company'

)

select
    losers.account_id as from_account_id,
    survivors.account_id as to_account_id,
    max(merged_records.merged_at) as linked_at
from merged_records
inner join companies as losers
    on merged_records.from_id = losers.company_id
inner join companies as survivors
    on merged_records.to_id = survivors.company_id
where losers.account_id <> survivors.account_id
group by losers.account_id, survivors.account_id
