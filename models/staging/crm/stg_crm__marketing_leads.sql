with

raw_marketing_leads as (

    select * from {{ raw_table('marketing_leads') }} as raw_rows
    where lead_id is not null

),

typed_leads as (

    select
        lead_id,
        user_id,
        account_id,
        email,
        cast({{ try_timestamp('qualified_at') }} as date) as qualified_on
    from raw_marketing_leads

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_leads as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by qualified_on desc nulls last, user_id, account_id, email
        ) as row_rank
    from typed_leads

)

select
    lead_id,
    user_id,
    account_id,
    email,
    qualified_on
from ranked_leads
where row_rank = 1
