with

contacts as (

    select * from {{ source_rows('hubspot', 'all_contacts') }} as contacts

),

merged_records as (

    select * from {{ ref('hubspot__merges') }}
    where object_type = 'contact'

)

select
    losers.user_id as from_id,
    survivors.user_id as to_user_id,
    max(merged_records.merged_at) as linked_at
from merged_records
inner join contacts as losers
    on merged_records.from_id = losers.contact_id
inner join contacts as survivors
    on merged_records.to_id = survivors.contact_id
where losers.user_id <> survivors.user_id
group by losers.user_id, survivors.user_id
