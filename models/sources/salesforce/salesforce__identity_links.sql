with

contacts as (

    select * from {{ source_rows('salesforce', 'all_contacts') }} as contacts

)

select
    losers.user_id as from_id,
    survivors.user_id as to_user_id,
    max(losers.merged_at) as linked_at
from contacts as losers
inner join contacts as survivors
    on {{ record_id('losers.merged_into') }} = {{ record_id('survivors.contact_id') }}
where losers.user_id <> survivors.user_id
group by losers.user_id, survivors.user_id
