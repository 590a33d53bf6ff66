with

raw_accounts as (

    select * from {{ raw_table('accounts') }} as raw_rows
    where account_id is not null

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_accounts as (

    select
        *,
        row_number() over (
            partition by account_id
            order by
                {{ try_timestamp('created_at') }} desc nulls last,
                account_name,
                domain,
                plan_name,
                employee_count,
                industry,
                country,
                seat_limit,
                crm_account_id,
                crm_owner_id
        ) as row_rank
    from raw_accounts

)

select
    account_id,
    account_name,
    domain,
    employee_count,
    industry,
    country,
    plan_name,
    seat_limit,
    cast(created_at as {{ dbt.type_string() }}) as raw_created_at,
    crm_account_id,
    crm_owner_id,
    {{ try_timestamp('created_at') }} as created_at
from ranked_accounts
where row_rank = 1
