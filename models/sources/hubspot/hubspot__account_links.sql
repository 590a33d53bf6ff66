with

companies as (

    select * from {{ source_rows('hubspot', 'all_companies') }} as companies

),

merges as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'company'

)

select
    losers.account_id as from_account_id,
    survivors.account_id as to_account_id,
    max(merges.merged_at) as linked_at
from merges
inner join companies as losers
    on merges.from_id = losers.company_id
inner join companies as survivors
    on merges.to_id = survivors.company_id
where losers.account_id <> survivors.account_id
group by losers.account_id, survivors.account_id
