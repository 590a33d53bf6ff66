with

raw_users as (

    select * from {{ raw_table('users') }} as raw_rows

),

typed_users as (

    select
        user_id,
        email,
        account_id,
        job_title,
        crm_contact_id,
        -- what says neither yes nor no may be a no to mail
        coalesce({{ try_boolean('email_opt_out') }}, email_opt_out is not null) as email_opt_out,
        {{ try_timestamp('created_at') }} as created_at
    from raw_users

),

-- whether mail may be sent belongs to the address, whoever has it, and if it is nobody we know
addressed_users as (

    select
        user_id,
        email,
        account_id,
        job_title,
        crm_contact_id,
        case
            when email is null then email_opt_out
            else
                max(case when email_opt_out then 1 else 0 end) over (partition by email) = 1
        end as email_opt_out,
        created_at
    from typed_users

),

-- an id that stands twice is listed in config_problems, and its latest row counts
ranked_users as (

    select
        *,
        row_number() over (
            partition by user_id
            order by
                created_at desc nulls last,
                email_opt_out desc nulls last,
                email,
                account_id,
                job_title,
                crm_contact_id
        ) as row_rank
    from addressed_users
    where user_id is not null

)

select
    user_id,
    email,
    account_id,
    job_title,
    crm_contact_id,
    case
        when {{ dbt.position("'@'", 'email') }} > 0
            then nullif({{ dbt.split_part('email', "'@'", 2) }}, '')
    end as mail_domain,
    email_opt_out,
    created_at
from ranked_users
where row_rank = 1
