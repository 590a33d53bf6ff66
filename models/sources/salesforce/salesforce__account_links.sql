with

companies as (

    select * from {{ source_rows('salesforce', 'all_accounts') }} as companies

)

select
    losers.account_id as from_account_id,
    survivors.account_id as to_account_id,
    max(losers.merged_at) as linked_at
from companies as losers
inner join companies as survivors
    on {{ record_id('losers.merged_into') }} = {{ record_id('survivors.company_id') }}
where losers.account_id <> survivors.account_id
group by losers.account_id, survivors.account_id
